import { notifications } from '#libs/contracts';
import { ExpiredRowsPurge, PurgedBy } from '#libs/purge';

@PurgedBy(notifications.purge)
export class SuppressionsPurge extends ExpiredRowsPurge {
  protected override readonly tables = ['notifications.suppressions'];
}
