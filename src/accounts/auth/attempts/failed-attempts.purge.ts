import { accounts } from '#libs/contracts';
import { ExpiredRowsPurge, PurgedBy } from '#libs/purge';

@PurgedBy(accounts.purge)
export class FailedAttemptsPurge extends ExpiredRowsPurge {
  protected override readonly tables = ['accounts.failed_attempts'];
}
