import { accounts } from '#libs/contracts';
import { ExpiredRowsPurge, PurgedBy } from '#libs/purge';

@PurgedBy(accounts.purge)
export class AccountDeletionsPurge extends ExpiredRowsPurge {
  protected override readonly tables = ['accounts.account_deletions'];
}
