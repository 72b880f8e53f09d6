import { notifications } from '#libs/contracts';
import { ExpiredRowsPurge, PurgedBy } from '#libs/purge';
import { KEPT_MS } from './deliveries.purge.js';

/** They go with the deliveries that they are about. */
@PurgedBy(notifications.purge)
export class DigestItemsPurge extends ExpiredRowsPurge {
  protected override readonly tables = ['notifications.digest_items'];
  protected override readonly column = 'created_at';
  protected override readonly keptMs = KEPT_MS;
}
