import { accounts } from '#libs/contracts';
import { ExpiredRowsPurge, PurgedBy } from '#libs/purge';

@PurgedBy(accounts.purge)
export class SessionsPurge extends ExpiredRowsPurge {
  protected override readonly tables = ['accounts.sessions'];
  // So that support can look into them.
  protected override readonly keptMs = 24 * 60 * 60 * 1000;
}
