import { Migration } from '@mikro-orm/migrations';

/** What it takes to remove everything of a deleted user. */
export class Migration20261128000000 extends Migration {
  override up(): void {
    this.addSql(`create index deliveries_user_index on notifications.deliveries (user_id)`);
    this.addSql(`create table notifications.erased_users (
      user_id uuid not null,
      expires_at timestamptz(3) not null,
      primary key (user_id)
    )`);
    this.addSql(`create index erased_users_expires_at_index on notifications.erased_users (expires_at)`);
  }
}
