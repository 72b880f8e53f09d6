import { accounts } from '#libs/contracts';
import { ExpiredRowsPurge, PurgedBy } from '#libs/purge';

@PurgedBy(accounts.purge)
export class OneTimeCodesPurge extends ExpiredRowsPurge {
  protected override readonly tables = ['accounts.one_time_codes'];
}
