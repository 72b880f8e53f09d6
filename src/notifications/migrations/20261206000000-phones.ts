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
  }
}
