import { accounts } from '#libs/contracts';
import { ExpiredRowsPurge, PurgedBy } from '#libs/purge';

@PurgedBy(accounts.purge)
export class SignInNoticesPurge extends ExpiredRowsPurge {
  protected override readonly tables = ['accounts.sign_in_notices', 'accounts.seen_devices'];
}
