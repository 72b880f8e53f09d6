import { stepUpRequired } from './common.problems.js';

export const MAX_PROOF_AGE_SECONDS = 300;

/**
 * For what needs a proof that it's still the same person at the device.
 * @param at when the user last proved who they are, in milliseconds since the epoch
 * @throws Problem `step-up-required` if that's more than five minutes ago
 */
export function requireRecentProof(at: number, now: Date): void {
  // In whole seconds, as in the token. Whatever isn't an instant isn't recent.
  const age = Math.floor(now.getTime() / 1000) - Math.floor(at / 1000);
  if (!(age <= MAX_PROOF_AGE_SECONDS)) {
    // RFC 9470, section 3.
    const challenge = `Bearer error="insufficient_user_authentication", max_age="${MAX_PROOF_AGE_SECONDS}"`;
    throw stepUpRequired({ headers: { 'WWW-Authenticate': challenge } });
  }
}
