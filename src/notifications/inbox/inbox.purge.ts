import { notifications } from '#libs/contracts';
import { ExpiredRowsPurge, PurgedBy } from '#libs/purge';

@PurgedBy(notifications.purge)
export class InboxPurge extends ExpiredRowsPurge {
  protected override readonly tables = ['notifications.inbox_notifications'];
  protected override readonly column = 'created_at';
  /** How long people can find what they were told. */
  protected override readonly keptMs = 365 * 24 * 60 * 60 * 1000;
}
