import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation } from '@nestjs/swagger';
import { API_VERSIONS, Fails, Public } from '#libs/api';
import { AuthLimited } from '#libs/limits';
import { invalidToken } from '../email/email.errors.js';
import { AuthTag } from '../openapi/auth.tag.js';
import { lastAdmin } from '../roles/roles.errors.js';
import { DisownRequest } from './disown.dto.js';
import { DisownService } from './disown.service.js';

@AuthTag()
@Controller({ path: 'auth/email/disown', version: [...API_VERSIONS] })
export class DisownController {
  constructor(private readonly disowning: DisownService) {}

  @Post()
  @HttpCode(204)
  @Public()
  @AuthLimited()
  @ApiOperation({
    summary: "Report a sign-up that wasn't yours",
    description:
      'Takes the token from the link in the verification email. Removes the account that someone registered with your ' +
      'address, unless the address has been verified.',
  })
  @ApiNoContentResponse({ description: 'Account removed.' })
  @Fails(invalidToken, lastAdmin)
  async disownEmail(@Body() { token }: DisownRequest): Promise<void> {
    await this.disowning.disown(token);
  }
}
