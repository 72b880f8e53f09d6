import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { ACCEPTED, Accepted, API_VERSIONS, Idempotent, Public } from '#libs/api';
import { AuthLimited } from '#libs/limits';
import { AuthTag } from '../openapi/auth.tag.js';
import { deviceOf } from '../sessions/device.js';
import { ResendVerificationRequest } from './email.dto.js';
import { EmailVerificationService } from './email-verification.service.js';

@AuthTag()
@Public()
@AuthLimited()
@Controller({ path: 'auth/email', version: [...API_VERSIONS] })
export class EmailController {
  constructor(private readonly verification: EmailVerificationService) {}

  @Post('resend')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Resend the verification email',
    description:
      'Sends each account at most one email per minute. The response is the same whether or not the account exists.',
  })
  @ApiAcceptedResponse({
    type: Accepted,
    description: 'If an unverified account has this address, an email is on its way.',
  })
  @Idempotent()
  async resendVerification(
    @Body() { email }: ResendVerificationRequest,
    @Req() request: FastifyRequest,
  ): Promise<Accepted> {
    await this.verification.resend(email, deviceOf(request));
    return ACCEPTED;
  }
}
