import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiNoContentResponse, ApiOperation } from '@nestjs/swagger';
import { ACCEPTED, Accepted, API_VERSIONS, Caller, Fails, Idempotent, Public, Requires } from '#libs/api';
import type { SessionPrincipal } from '#libs/permissions';
import { AuthLimited } from '#libs/limits';
import { emailTaken } from '../../users/index.js';
import { invalidToken } from '../email/email.errors.js';
import { AuthTag } from '../openapi/auth.tag.js';
import { CallerDevice } from '../sessions/device.js';
import type { Device } from '../sessions/session-issuer.js';
import { ChangeEmailRequest, EmailChangeLinkRequest } from './email-change.dto.js';
import { EmailChangeService } from './email-change.service.js';

@AuthTag()
@AuthLimited()
@Controller({ path: 'auth/email/change', version: [...API_VERSIONS] })
export class EmailChangeController {
  constructor(private readonly changes: EmailChangeService) {}

  @Post()
  @Requires(null, { recent: true })
  @HttpCode(202)
  @ApiOperation({
    summary: 'Change your email address',
    description:
      'Sends a link to the new address, valid for one hour, and a warning to the old one. Your account keeps ' +
      'the old address until the new one is confirmed. A second request replaces the first. The response is ' +
      'the same whether or not the new address belongs to another account.',
  })
  @ApiAcceptedResponse({
    type: Accepted,
    description: 'If the address is available, a link is on its way to it.',
  })
  @Idempotent()
  async changeEmail(
    @Caller() { userId, sessionId }: SessionPrincipal,
    @Body() { newEmail }: ChangeEmailRequest,
    @CallerDevice() device: Device,
  ): Promise<Accepted> {
    await this.changes.request({ userId, sessionId }, newEmail, device);
    return ACCEPTED;
  }

  @Post('confirm')
  @Public()
  @HttpCode(204)
  @ApiOperation({
    summary: 'Confirm a new email address',
    description:
      'Takes the token from the link that was sent to the new address. The owner of the old address can undo ' +
      'the change for 72 hours. The link stops working once all sessions have been ended, for example by a ' +
      "password reset. While it's valid, it can be used again with the same result.",
  })
  @ApiNoContentResponse({ description: 'The account has the new address.' })
  @Fails(invalidToken, emailTaken)
  async confirmEmailChange(
    @Body() { token }: EmailChangeLinkRequest,
    @CallerDevice() device: Device,
  ): Promise<void> {
    await this.changes.confirm(token, device);
  }

  @Post('undo')
  @Public()
  @HttpCode(204)
  @ApiOperation({
    summary: 'Undo a change to an email address',
    description:
      'Takes the token from a link that was sent to the old address. Restores the old address, removes the password ' +
      'and every sign-in method added since the request, ends all sessions, and emails the old address a link to set ' +
      'a new password. A token that was sent to the new address only cancels the request. While the link is valid, it ' +
      'can be used again with the same result.',
  })
  @ApiNoContentResponse({ description: 'Change undone.' })
  @Fails(invalidToken)
  async undoEmailChange(
    @Body() { token }: EmailChangeLinkRequest,
    @CallerDevice() device: Device,
  ): Promise<void> {
    await this.changes.undo(token, device);
  }
}
