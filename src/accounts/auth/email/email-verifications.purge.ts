import { accounts } from '#libs/contracts';
import { ExpiredRowsPurge, PurgedBy } from '#libs/purge';

@PurgedBy(accounts.purge)
export class EmailVerificationsPurge extends ExpiredRowsPurge {
  protected override readonly tables = ['accounts.email_verifications', 'accounts.pending_registrations'];
}
