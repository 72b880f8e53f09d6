import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiNoContentResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ACCEPTED, Accepted, API_VERSIONS, Fails, Idempotent, Public } from '#libs/api';
import { AuthLimited } from '#libs/limits';
import { invalidToken } from '../email/email.errors.js';
import { AuthTag } from '../openapi/auth.tag.js';
import { weakPassword } from '../passwords/passwords.errors.js';
import { deviceOf } from '../sessions/device.js';
import { SignInPresenter } from '../sign-in/sign-in.presenter.js';
import { ForgotPasswordRequest, ResetPasswordRequest } from './password-reset.dto.js';
import { PasswordResetService } from './password-reset.service.js';

@AuthTag()
@Public()
@AuthLimited()
@Controller({ path: 'auth/password', version: [...API_VERSIONS] })
export class PasswordResetController {
  constructor(
    private readonly resets: PasswordResetService,
    private readonly presenter: SignInPresenter,
  ) {}

  @Post('forgot')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Request a password reset',
    description:
      'Sends each account at most one email per minute. The response is the same whether or not the account exists.',
  })
  @ApiAcceptedResponse({
    type: Accepted,
    description: 'If an account has this address, an email is on its way.',
  })
  @Idempotent()
  async forgotPassword(
    @Body() { email }: ForgotPasswordRequest,
    @Req() request: FastifyRequest,
  ): Promise<Accepted> {
    await this.resets.forgot(email, deviceOf(request));
    return ACCEPTED;
  }

  @Post('reset')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Reset a password',
    description:
      'Takes the token from the link in the email. The link is valid for 30 minutes and works once. Ends all ' +
      "sessions and verifies the email address, but doesn't sign you in.",
  })
  @ApiNoContentResponse({ description: 'Password set. You can now sign in with it.' })
  @Fails(invalidToken, weakPassword)
  async resetPassword(
    @Body() { token, password }: ResetPasswordRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const userId = await this.resets.reset(token, password, deviceOf(request));
    // Whoever has used up the guesses for this address doesn't keep its owner out.
    this.presenter.rememberDevice(userId, request, reply);
  }
}
