import { accounts } from '#libs/contracts';
import { IdempotencyStore } from '#libs/idempotency';
import { type Purge, PurgedBy } from '#libs/purge';

@PurgedBy(accounts.purge)
export class IdempotencyKeysPurge implements Purge {
  constructor(private readonly keys: IdempotencyStore) {}

  purge(signal: AbortSignal): Promise<number> {
    return this.keys.purge(signal);
  }
}
