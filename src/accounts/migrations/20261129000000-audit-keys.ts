import { Migration } from '@mikro-orm/migrations';

/** A key for each user, without which the details of the audit events about them can't be read. */
export class Migration20261129000000 extends Migration {
  override up(): void {
    this.addSql(`alter table accounts.users add column audit_key_sealed text null`);
  }
}
