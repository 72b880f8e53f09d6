import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { API_VERSIONS, Caller, Fails, Requires } from '#libs/api';
import type { SessionPrincipal } from '#libs/permissions';
import { AuthTag } from '../openapi/auth.tag.js';
import { stepUpRequired } from '#libs/problem';
import { deviceOf } from '../sessions/device.js';
import { invalidCredentials } from '../sign-in/sign-in.errors.js';
import { PasswordChangeService } from './password-change.service.js';
import { ChangePasswordRequest } from './passwords.dto.js';
import { tooManyAttempts } from '../attempts/attempts.errors.js';
import { weakPassword } from './passwords.errors.js';

@AuthTag()
@Requires()
@Controller({ path: 'auth/password', version: [...API_VERSIONS] })
export class PasswordsController {
  constructor(private readonly changes: PasswordChangeService) {}

  @Post('change')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Change your password',
    description:
      "Signs out all other devices. If you don't have a password yet, this sets one. To do so, you must have " +
      'signed in or stepped up within the last five minutes.',
  })
  @ApiNoContentResponse({ description: 'Password changed.' })
  @Fails(invalidCredentials, stepUpRequired, weakPassword, tooManyAttempts)
  async changePassword(
    @Caller() { userId, sessionId, authenticatedAt }: SessionPrincipal,
    @Body() { currentPassword, newPassword }: ChangePasswordRequest,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    const caller = { userId, sessionId, authenticatedAt, device: deviceOf(request) };
    await this.changes.change({ ...caller, currentPassword, newPassword });
  }
}
