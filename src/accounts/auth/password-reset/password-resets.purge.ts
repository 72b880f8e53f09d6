import { accounts } from '#libs/contracts';
import { ExpiredRowsPurge, PurgedBy } from '#libs/purge';

@PurgedBy(accounts.purge)
export class PasswordResetsPurge extends ExpiredRowsPurge {
  protected override readonly tables = ['accounts.password_resets'];
}
