import { notifications } from '#libs/contracts';
import { ExpiredRowsPurge, PurgedBy } from '#libs/purge';

@PurgedBy(notifications.purge)
export class PhonesPurge extends ExpiredRowsPurge {
  protected override readonly tables = ['notifications.phone_code_counts'];
  protected override readonly column = 'since';
  protected override readonly keptMs = 24 * 60 * 60 * 1000;
}
