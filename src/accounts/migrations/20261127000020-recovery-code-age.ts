import { Migration } from '@mikro-orm/migrations';

/** When recovery codes were made, so that those that someone else has made can be taken back. */
export class Migration20261127000020 extends Migration {
  override up(): void {
    this.addSql(
      `alter table accounts.recovery_codes add column created_at timestamptz(3) not null default now()`,
    );
  }
}
