import type { Waiting } from '../channels/index.js';
import { SECURITY } from '../templates/index.js';
import type { ClaimedRow } from './delivery-claim.repository.js';
import type { DeliveryPayload } from './delivery-payload.js';
import { isOfBroadcast } from './delivery-tasks.js';

/** When a delivery may be sent, if its provider has a rate. */
export function waitingOf(
  { task, rateSlot: slot, expiresAt: before }: Pick<ClaimedRow, 'task' | 'rateSlot' | 'expiresAt'>,
  category: DeliveryPayload['category'] | undefined,
): Waiting {
  // Also one about security: a hundred thousand of them at once would keep everyone from signing in with a code.
  if (isOfBroadcast(task)) {
    return { rank: 'broadcast', slot, before };
  }
  return { rank: category === undefined || category === SECURITY ? 'urgent' : 'ordinary', slot, before };
}
