import { Migration } from '@mikro-orm/migrations';

/** What the hashes of recovery codes are of, so that they can be hashed with another key. */
export class Migration20261212000000 extends Migration {
  override up(): void {
    this.addSql(`alter table accounts.recovery_codes add column sealed text null`);
  }
}
