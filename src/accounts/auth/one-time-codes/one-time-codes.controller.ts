import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ACCEPTED, Accepted, API_VERSIONS, Fails, Idempotent, Public, responseHeaders } from '#libs/api';
import { randomToken } from '#libs/crypto';
import { AuthLimited } from '#libs/limits';
import { tooManyAttempts } from '../attempts/attempts.errors.js';
import { invalidToken } from '../email/email.errors.js';
import { AuthTag } from '../openapi/auth.tag.js';
import { deviceOf } from '../sessions/device.js';
import { ReturnsSession } from '../sessions/returns-session.js';
import type { SessionResponse } from '../sessions/session.response.js';
import { SignInPresenter } from '../sign-in/sign-in.presenter.js';
import { invalidCode, invalidCredentials, mfaRequired } from '../sign-in/sign-in.errors.js';
import { oneTimeCodeCookie } from './one-time-code-cookie.js';
import { RequestOneTimeCodeRequest, toCodeInput, VerifyOneTimeCodeRequest } from './one-time-codes.dto.js';
import { codeRequired } from './one-time-codes.errors.js';
import { OneTimeCodesService } from './one-time-codes.service.js';

@AuthTag()
@Public()
@AuthLimited()
@Controller({ path: 'auth/otp', version: [...API_VERSIONS] })
export class OneTimeCodesController {
  constructor(
    private readonly codes: OneTimeCodesService,
    private readonly presenter: SignInPresenter,
  ) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({
    summary: 'Request a one-time code',
    description:
      'Sends an email with a code and a link to sign in without a password. Each account gets at most one email per ' +
      'minute. A new code replaces the previous one. The response is the same whether or not the account ' +
      'exists.',
  })
  @ApiAcceptedResponse({
    type: Accepted,
    description: 'If an account has this address, an email is on its way.',
    headers: responseHeaders('Set-Cookie'),
  })
  @Idempotent()
  async requestOneTimeCode(
    @Body() { email }: RequestOneTimeCodeRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Accepted> {
    // The same for each request, so that a link from an earlier one still works.
    const browser = oneTimeCodeCookie.read(request) ?? randomToken();
    await this.codes.request(email, deviceOf(request), browser);
    oneTimeCodeCookie.store(reply, browser);
    return ACCEPTED;
  }

  @Post('verify')
  @ApiOperation({
    summary: 'Sign in with a one-time code',
    description:
      'Takes `email` and `code`, or the `token` from the link. Both are valid for 10 minutes and work once; a ' +
      'code allows five attempts. If the link is opened in a different browser from the one that requested it, ' +
      "the `code` is needed too. Also verifies the email address. If it wasn't verified before, any existing " +
      'password and all sessions are removed first.',
  })
  @Fails(invalidCode, codeRequired, invalidToken, invalidCredentials, mfaRequired, tooManyAttempts)
  @ReturnsSession({ status: 200, description: 'Signed in.' })
  async verifyOneTimeCode(
    @Body() body: VerifyOneTimeCodeRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionResponse> {
    const input = toCodeInput(body);
    const browser = { device: deviceOf(request), secret: oneTimeCodeCookie.read(request) };
    const outcome =
      'token' in input
        ? await this.codes.verifyLink(input.token, input.code, browser)
        : await this.codes.verifyCode(input.email, input.code, browser);
    return this.presenter.present(outcome, request, reply);
  }
}
