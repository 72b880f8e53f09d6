import { accounts } from '#libs/contracts';
import { ExpiredRowsPurge, PurgedBy } from '#libs/purge';

@PurgedBy(accounts.purge)
export class PasskeyChallengesPurge extends ExpiredRowsPurge {
  protected override readonly tables = ['accounts.passkey_challenges'];
}
