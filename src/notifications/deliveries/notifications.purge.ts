import { notifications } from '#libs/contracts';
import { ExpiredRowsPurge, PurgedBy } from '#libs/purge';
import { KEPT_MS } from './deliveries.purge.js';

/** Notifications go with their deliveries. */
@PurgedBy(notifications.purge)
export class NotificationsPurge extends ExpiredRowsPurge {
  protected override readonly tables = ['notifications.notifications'];
  protected override readonly column = 'created_at';
  protected override readonly keptMs = KEPT_MS;
}
