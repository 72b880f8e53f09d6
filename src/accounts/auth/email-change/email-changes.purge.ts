import { accounts } from '#libs/contracts';
import { ExpiredRowsPurge, PurgedBy } from '#libs/purge';

@PurgedBy(accounts.purge)
export class EmailChangesPurge extends ExpiredRowsPurge {
  protected override readonly tables = ['accounts.email_changes', 'accounts.reserved_addresses'];
}
