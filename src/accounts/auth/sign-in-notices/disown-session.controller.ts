import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation } from '@nestjs/swagger';
import { API_VERSIONS, Fails, Public } from '#libs/api';
import { AuthLimited } from '#libs/limits';
import { invalidToken } from '../email/email.errors.js';
import { AuthTag } from '../openapi/auth.tag.js';
import { DisownSessionRequest } from './disown-session.dto.js';
import { SignInNoticesService } from './sign-in-notices.service.js';

@AuthTag()
@Controller({ path: 'auth/sessions/disown', version: [...API_VERSIONS] })
export class DisownSessionController {
  constructor(private readonly notices: SignInNoticesService) {}

  @Post()
  @HttpCode(204)
  @Public()
  @AuthLimited()
  @ApiOperation({
    summary: "Report a sign-in that wasn't yours",
    description:
      'Takes the token from the link in the email about a sign-in on a new device. Ends only the session ' +
      'started by that sign-in. While the link is valid, it can be used again with the same result.',
  })
  @ApiNoContentResponse({ description: 'Session ended.' })
  @Fails(invalidToken)
  async disownSession(@Body() { token }: DisownSessionRequest): Promise<void> {
    await this.notices.disown(token);
  }
}
