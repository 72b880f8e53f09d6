import { type SessionResponse, toSessionResponse } from '../sessions/session.response.js';
import { mfaRequired } from './sign-in.errors.js';
import type { SignInOutcome } from './sign-in.service.js';

/** The response of every operation that signs users in. @throws Problem `mfa-required` with the challenge */
export function presentSignIn(outcome: SignInOutcome): SessionResponse {
  if (outcome.kind === 'challenge') {
    throw mfaRequired({ members: { ...outcome.challenge } });
  }
  return toSessionResponse(outcome.grant);
}
