import { ApiSchema, PickType } from '@nestjs/swagger';
import { PasswordField } from '../passwords/passwords.fields.js';
import type { AccessGrant } from '../sessions/session-grant.js';
import { SessionResponse } from '../sessions/session.response.js';

export class StepUpRequest {
  @PasswordField('Your password.')
  password!: string;
}

@ApiSchema({ name: 'AccessToken' })
export class AccessTokenResponse extends PickType(SessionResponse, [
  'accessToken',
  'tokenType',
  'expiresIn',
]) {}

export function toAccessTokenResponse({ accessToken, expiresIn }: AccessGrant): AccessTokenResponse {
  return { accessToken, tokenType: 'Bearer', expiresIn };
}
