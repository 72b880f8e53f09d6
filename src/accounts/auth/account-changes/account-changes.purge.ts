import { accounts } from '#libs/contracts';
import { ExpiredRowsPurge, PurgedBy } from '#libs/purge';

@PurgedBy(accounts.purge)
export class AccountChangesPurge extends ExpiredRowsPurge {
  protected override readonly tables = ['accounts.account_changes'];
}
