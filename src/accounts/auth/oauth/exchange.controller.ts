import { Body, Controller, Post, Req, Res } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { API_VERSIONS, Fails, Public } from '#libs/api';
import { AuthLimited } from '#libs/limits';
import { AuthTag } from '../openapi/auth.tag.js';
import { deviceOf } from '../sessions/device.js';
import { ReturnsSession } from '../sessions/returns-session.js';
import type { SessionResponse } from '../sessions/session.response.js';
import { SignInPresenter } from '../sign-in/sign-in.presenter.js';
import { invalidCredentials, mfaRequired } from '../sign-in/sign-in.errors.js';
import { ExchangeService } from './exchange.service.js';
import { ExchangeRequest } from './oauth.dto.js';
import { identityTaken, invalidExchangeCode } from './oauth.errors.js';

@AuthTag()
@Public()
@Controller({ path: 'auth/oauth/exchange', version: [...API_VERSIONS] })
export class ExchangeController {
  constructor(
    private readonly exchanges: ExchangeService,
    private readonly presenter: SignInPresenter,
  ) {}

  @Post()
  @AuthLimited()
  @ApiOperation({
    summary: 'Complete a sign-in with a provider',
    description:
      'Exchanges the `code` from the redirect for a session. The code works once and is valid for 60 seconds. ' +
      'If the sign-in was started to link an identity, this also links the identity.',
  })
  @Fails(invalidExchangeCode, invalidCredentials, mfaRequired, identityTaken)
  @ReturnsSession({ status: 200, description: 'Signed in.' })
  async exchangeOAuthCode(
    @Body() { code, codeVerifier }: ExchangeRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionResponse> {
    const outcome = await this.exchanges.exchange(code, codeVerifier, deviceOf(request));
    return this.presenter.present(outcome, request, reply);
  }
}
