import { Migration } from '@mikro-orm/migrations';

/** What users want to be notified of. */
export class Migration20261203000000 extends Migration {
  override up(): void {
    this.addSql(`create table notifications.preferences (
      user_id uuid not null,
      choices jsonb not null,
      version int not null default 1,
      updated_at timestamptz(3) not null,
      primary key (user_id)
    )`);
  }
}
