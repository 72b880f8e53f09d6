import { Body, Controller, Post, Req, Res } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { API_VERSIONS, Fails, Public } from '#libs/api';
import { AuthLimited } from '#libs/limits';
import { tooManyAttempts } from '../attempts/attempts.errors.js';
import { AuthTag } from '../openapi/auth.tag.js';
import { deviceOf, trustDevice } from '../sessions/device.js';
import { ReturnsSession } from '../sessions/returns-session.js';
import type { SessionResponse } from '../sessions/session.response.js';
import { SignInPresenter } from '../sign-in/sign-in.presenter.js';
import { invalidCode, invalidCredentials } from '../sign-in/sign-in.errors.js';
import { MfaSignInService } from './mfa-sign-in.service.js';
import { MfaLoginRequest } from './second-factors.dto.js';
import { invalidMfaToken } from './second-factors.errors.js';
import { TRUST_SECONDS } from './trusted-devices.js';

@AuthTag()
@Controller({ path: 'auth/login/mfa', version: [...API_VERSIONS] })
export class MfaLoginController {
  constructor(
    private readonly mfa: MfaSignInService,
    private readonly presenter: SignInPresenter,
  ) {}

  @Post()
  @Public()
  @AuthLimited()
  @ApiOperation({
    summary: 'Complete a sign-in with a second factor',
    description:
      'Takes the `mfaToken` of a sign-in that returned `mfa-required`. The token is valid for five minutes and ' +
      'allows five attempts.',
  })
  @Fails(invalidMfaToken, invalidCode, invalidCredentials, tooManyAttempts)
  @ReturnsSession({ status: 200, description: 'Signed in.' })
  async completeLogin(
    @Body() { trustDevice: isTrusted = false, ...input }: MfaLoginRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionResponse> {
    const { outcome, trust } = await this.mfa.complete(input, deviceOf(request));
    const session = this.presenter.present(outcome, request, reply);
    if (isTrusted) {
      trustDevice(reply, trust, TRUST_SECONDS);
    }
    return session;
  }
}
