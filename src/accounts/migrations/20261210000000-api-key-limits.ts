import { Migration } from '@mikro-orm/migrations';

/** How many requests an API key may send, as `requests/seconds`. Null if only the limits of its owner apply. */
export class Migration20261210000000 extends Migration {
  override up(): void {
    this.addSql('alter table accounts.api_keys add column rate_limit text');
  }
}
