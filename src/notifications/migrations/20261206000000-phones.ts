import { Migration } from '@mikro-orm/migrations';

/** Phone numbers of users, for text messages. */
export class Migration20261206000000 extends Migration {
  override up(): void {
    this.addSql(`create table notifications.phones (
      user_id uuid not null,
      sealed text null,
      verified_at timestamptz(3) null,
      sealed_pending text null,
      pending_expires_at timestamptz(3) null,
      wrong_codes int not null default 0,
      codes_sent int not null default 0,
      codes_since timestamptz(3) not null,
      primary key (user_id)
    )`);
    this.addSql(`create table notifications.phone_code_counts (
      number_index text not null,
      codes int not null,
      since timestamptz(3) not null,
      primary key (number_index)
    )`);
    this.addSql(`create index phone_code_counts_since_index on notifications.phone_code_counts (since)`);
  }
}
