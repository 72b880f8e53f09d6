import { Migration } from '@mikro-orm/migrations';

/** The wrong passwords and codes of the last hour. */
export class Migration20261126000001 extends Migration {
  override up(): void {
    this.addSql(`create table accounts.failed_attempts (
      subject text not null,
      attempts uuid[] not null,
      expires_at timestamptz(3) not null,
      primary key (subject)
    )`);
    this.addSql(`create index failed_attempts_expires_at_index on accounts.failed_attempts (expires_at)`);
  }
}
