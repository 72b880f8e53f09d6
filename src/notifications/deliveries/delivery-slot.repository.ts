import type { EntityManager } from '@mikro-orm/postgresql';
import type { ProviderSlot, SendAttempt } from '../channels/index.js';
import { type ClaimedRow, WAITING } from './delivery-claim.repository.js';

/**
 * Releases the claim of a delivery that waits for the rate of a provider. It's due as before, so the time that it waits
 * counts.
 * @param tried the attempts with providers that came before that one
 * @returns false if this run no longer held it
 */
export async function keepSlot(
  em: EntityManager,
  { id, attempt }: ClaimedRow,
  slot: ProviderSlot,
  reason: string,
  tried: readonly SendAttempt[],
): Promise<boolean> {
  const rows = await em.execute<object[]>(
    `update notifications.deliveries
        set state = ${WAITING}, claimed_until = null,
            rate_slot = ?::jsonb, last_error = ?, tries = tries || ?::jsonb
      where id = ? and state = 'sending' and attempts = ? returning 1 as kept`,
    [JSON.stringify(slot), reason, JSON.stringify(tried), id, attempt],
  );
  return rows.length > 0;
}
