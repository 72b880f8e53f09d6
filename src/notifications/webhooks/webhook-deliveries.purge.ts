import { notifications } from '#libs/contracts';
import { ExpiredRowsPurge, PurgedBy } from '#libs/purge';

@PurgedBy(notifications.purge)
export class WebhookDeliveriesPurge extends ExpiredRowsPurge {
  protected override readonly tables = ['notifications.webhook_deliveries'];
  protected override readonly column = 'created_at';
  /** How long deliveries can be listed and replayed. */
  protected override readonly keptMs = 30 * 24 * 60 * 60 * 1000;
}
