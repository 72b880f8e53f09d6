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
    summary: "Say that a change wasn't yours",
    description:
      'Takes the token from the link in the email about a change to how you sign in: a passkey, an authenticator ' +
      'app, recovery codes, an identity or the password. Removes the passkeys, identities, app and recovery codes ' +
      'that were added by this change or after it, ends all sessions, removes the password, and sends an email with ' +
      "a link to set a new one. What a change has removed can't be restored. While the link is valid, which is 72 " +
      'hours, it can be used again, but has no further effect.',
  })
  @ApiNoContentResponse({ description: 'Change undone.' })
  @Fails(invalidToken)
  async undoChange(@Body() { token }: UndoChangeRequest, @CallerDevice() device: Device): Promise<void> {
    await this.changes.undo(token, device);
  }
}
