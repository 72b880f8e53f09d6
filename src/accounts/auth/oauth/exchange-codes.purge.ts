import { accounts } from '#libs/contracts';
import { ExpiredRowsPurge, PurgedBy } from '#libs/purge';

@PurgedBy(accounts.purge)
export class ExchangeCodesPurge extends ExpiredRowsPurge {
  protected override readonly tables = ['accounts.oauth_codes'];
}
