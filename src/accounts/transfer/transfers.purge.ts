import { accounts } from '#libs/contracts';
import { ExpiredRowsPurge, PurgedBy } from '#libs/purge';

@PurgedBy(accounts.purge)
export class TransfersPurge extends ExpiredRowsPurge {
  protected override readonly tables = ['accounts.transfer_chunks', 'accounts.transfers'];
}
