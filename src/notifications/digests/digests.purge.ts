import { notifications } from '#libs/contracts';
import { ExpiredRowsPurge, PurgedBy } from '#libs/purge';
import { KEPT_MS } from '../deliveries/index.js';

/** Digests go with their deliveries. */
@PurgedBy(notifications.purge)
export class DigestsPurge extends ExpiredRowsPurge {
  protected override readonly tables = ['notifications.digests'];
  protected override readonly column = 'due_at';
  protected override readonly keptMs = KEPT_MS;
}
