import { accounts } from '#libs/contracts';
import { ExpiredRowsPurge, PurgedBy } from '#libs/purge';

@PurgedBy(accounts.purge)
export class MfaChallengesPurge extends ExpiredRowsPurge {
  protected override readonly tables = ['accounts.mfa_challenges'];
}
