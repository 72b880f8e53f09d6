import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { API_VERSIONS, Fails, Public } from '#libs/api';
import { AuthLimited } from '#libs/limits';
import { invalidToken } from '../email/email.errors.js';
import { AuthTag } from '../openapi/auth.tag.js';
import { registrationCookie } from './registration-cookie.js';
import { VerifyEmailRequest } from './confirmation.dto.js';
import { passwordRequired } from './confirmation.errors.js';
import { ConfirmationService } from './confirmation.service.js';

@AuthTag()
@Controller({ path: 'auth/email/verify', version: [...API_VERSIONS] })
export class ConfirmationController {
  constructor(private readonly confirmation: ConfirmationService) {}

  @Post()
  @HttpCode(204)
  @Public()
  @AuthLimited()
  @ApiOperation({
    summary: 'Verify an email address',
    description:
      "Takes the token from the link in the verification email. Verifying the address doesn't sign you in. " +
      'While the link is valid, it can be used again with the same result.',
  })
  @ApiNoContentResponse({ description: 'Email address verified.' })
  @Fails(invalidToken, passwordRequired)
  async verifyEmail(
    @Body() { token, password }: VerifyEmailRequest,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    await this.confirmation.verify(token, { password, browser: registrationCookie.read(request) });
  }
}
