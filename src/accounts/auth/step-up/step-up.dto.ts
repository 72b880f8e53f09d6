import { ApiSchema, PickType } from '@nestjs/swagger';
import { invalidInput } from '#libs/problem';
import { PasswordField } from '../passwords/passwords.fields.js';
import { CodeField, FactorField } from '../second-factors/second-factors.dto.js';
import type { AccessGrant } from '../sessions/session-grant.js';
import { SessionResponse } from '../sessions/session.response.js';
import type { Factor, FactorCode } from '../sign-in/factor-kinds.js';

export class StepUpRequest {
  @PasswordField('Your password. Alternatively, send `factor` and `code`.', { optional: true })
  password?: string;

  @FactorField({ optional: true })
  factor?: Factor;

  @CodeField({ optional: true })
  code?: string;
}

/** What shows that it's still the same person. */
export type StepUpInput = { readonly password: string } | FactorCode;

/** @throws Problem `invalid-input` unless it's either a password, or a factor with a code */
export function toStepUpInput({ password, factor, code }: StepUpRequest): StepUpInput {
  if (password !== undefined && factor === undefined && code === undefined) {
    return { password };
  }
  if (password === undefined && factor !== undefined && code !== undefined) {
    return { factor, code };
  }
  const message = 'must be sent on its own, or replaced by `factor` and `code`';
  throw invalidInput({ errors: [{ pointer: '/password', code: 'one-of', message }] });
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
