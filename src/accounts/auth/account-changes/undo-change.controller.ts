import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation } from '@nestjs/swagger';
import { API_VERSIONS, Fails, Public } from '#libs/api';
import { AuthLimited } from '#libs/limits';
import { invalidToken } from '../email/email.errors.js';
import { AuthTag } from '../openapi/auth.tag.js';
import { CallerDevice } from '../sessions/device.js';
import type { Device } from '../sessions/session-issuer.js';
import { AccountChanges } from './account-changes.js';
import { UndoChangeRequest } from './undo-change.dto.js';

@AuthTag()
@Controller({ path: 'auth/changes/undo', version: [...API_VERSIONS] })
export class UndoChangeController {
  constructor(private readonly changes: AccountChanges) {}

  @Post()
  @HttpCode(204)
  @Public()
  @AuthLimited()
  @ApiOperation({
    summary: "Report a change that wasn't yours",
    description:
      'Takes the token from the link in the email about a change to a passkey, an authenticator app, recovery ' +
      'codes, an identity, an API key or the password. Removes the passkeys, identities, API keys, ' +
      'authenticator app and recovery codes that were added by the change or after it, ends all sessions, ' +
      'removes the password, and sends an email with a link to set a new one. Anything that the change removed ' +
      "can't be restored. The link is valid for 72 hours. Using it again has no further effect.",
  })
  @ApiNoContentResponse({ description: 'Change undone.' })
  @Fails(invalidToken)
  async undoChange(@Body() { token }: UndoChangeRequest, @CallerDevice() device: Device): Promise<void> {
    await this.changes.undo(token, device);
  }
}
