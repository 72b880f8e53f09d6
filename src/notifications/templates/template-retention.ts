/** Longer than a notification is tried, or an operator can have it retried. */
const SENT_MS = 7 * 24 * 60 * 60 * 1000;

/** When nothing is sent any more that was accepted by now. */
export function noLongerSent(now: Date): Date {
  return new Date(now.getTime() + SENT_MS);
}
