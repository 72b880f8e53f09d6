import { Migration } from '@mikro-orm/migrations';

/** A link outlives what it was for, so that a repeated request gets the same answer. */
export class Migration20261126000002 extends Migration {
  override up(): void {
    this.addSql(`alter table accounts.email_verifications alter column user_id drop not null`);
  }
}
