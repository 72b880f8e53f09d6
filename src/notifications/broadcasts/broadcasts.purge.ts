import { notifications } from '#libs/contracts';
import { ExpiredRowsPurge, PurgedBy } from '#libs/purge';

@PurgedBy(notifications.purge)
export class BroadcastsPurge extends ExpiredRowsPurge {
  protected override readonly tables = ['notifications.broadcasts'];
}
