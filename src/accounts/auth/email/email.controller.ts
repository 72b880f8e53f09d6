import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiNoContentResponse, ApiOperation } from '@nestjs/swagger';
import { API_VERSIONS, Fails, Idempotent, Public } from '#libs/api';
import { AuthLimited } from '#libs/limits';
import { AuthTag } from '../auth.tag.js';
import { ResendVerification, VerifyEmail } from './email.dto.js';
import { invalidToken } from './email.errors.js';
import { EmailVerificationService } from './email-verification.service.js';

@AuthTag()
@Public()
@AuthLimited()
@Controller({ path: 'auth/email', version: [...API_VERSIONS] })
export class EmailController {
  constructor(private readonly verification: EmailVerificationService) {}

  @Post('verify')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Verify an address',
    description: 'Opens no session: a link in a mail is no sign-in.',
  })
  @ApiNoContentResponse({ description: 'The address is verified.' })
  @Fails(invalidToken)
  async verifyEmail(@Body() { token }: VerifyEmail): Promise<void> {
    await this.verification.verify(token);
  }

  @Post('resend')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Send the link again',
    description:
      'At most one mail a minute for each account. The answer is the same whether or not there is such an account.',
  })
  @ApiAcceptedResponse({ description: 'If there is an account to verify, a mail is on its way.' })
  @Idempotent()
  async resendVerification(@Body() { email }: ResendVerification): Promise<void> {
    await this.verification.resend(email);
  }
}
