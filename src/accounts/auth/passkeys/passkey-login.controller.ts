import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { API_VERSIONS, Fails, Public } from '#libs/api';
import { AuthLimited } from '#libs/limits';
import { deviceOf } from '../sessions/device.js';
import { ReturnsSession } from '../sessions/returns-session.js';
import type { SessionResponse } from '../sessions/session.response.js';
import { SignInPresenter } from '../sign-in/sign-in.presenter.js';
import { invalidCredentials } from '../sign-in/sign-in.errors.js';
import { PasskeySignInService } from './passkey-sign-in.service.js';
import { PasskeyLoginRequest, PasskeyRequestOptions, toAssertion } from './passkeys.dto.js';
import { invalidPasskey } from './passkeys.errors.js';
import { PasskeysTag } from './passkeys.tag.js';

@PasskeysTag()
@Public()
@AuthLimited()
@Controller({ path: 'auth/passkeys/login', version: [...API_VERSIONS] })
export class PasskeyLoginController {
  constructor(
    private readonly passkeys: PasskeySignInService,
    private readonly presenter: SignInPresenter,
  ) {}

  @Post('options')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Get options to sign in with a passkey',
    description: 'Pass the options to `PublicKeyCredential.parseRequestOptionsFromJSON()` in the browser.',
  })
  @ApiOkResponse({ description: 'The options.', type: PasskeyRequestOptions })
  getLoginOptions(): Promise<PublicKeyCredentialRequestOptionsJSON> {
    return this.passkeys.options();
  }

  @Post()
  @ApiOperation({
    summary: 'Sign in with a passkey',
    description:
      'Takes what `PublicKeyCredential.toJSON()` returned in the browser. No second factor is needed: the device and ' +
      'the PIN or biometric that unlocks it already count as two.',
  })
  @Fails(invalidPasskey, invalidCredentials)
  @ReturnsSession({ status: 200, description: 'Signed in.' })
  async loginWithPasskey(
    @Body() body: PasskeyLoginRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionResponse> {
    const outcome = await this.passkeys.login(toAssertion(body), deviceOf(request));
    return this.presenter.present(outcome, request, reply);
  }
}
