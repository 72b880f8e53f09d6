import { Migration } from '@mikro-orm/migrations';

/** The places of deliveries that wait for the rate of a provider. */
export class Migration20261210000000 extends Migration {
  override up(): void {
    this.addSql(`alter table notifications.deliveries add column rate_slot jsonb null`);
  }
}
