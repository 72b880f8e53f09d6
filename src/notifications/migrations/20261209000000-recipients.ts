import { Migration } from '@mikro-orm/migrations';

/** A copy of what accounts says about users, if it runs in another process. */
export class Migration20261209000000 extends Migration {
  override up(): void {
    this.addSql(`create table notifications.recipients (
      user_id uuid not null,
      version int not null,
      sealed text null,
      changed_by uuid null,
      changed_at timestamptz(3) null,
      primary key (user_id)
    )`);
    this.addSql(
      `create index recipients_outdated_index on notifications.recipients (changed_at) where changed_at is not null`,
    );
    this.addSql(`create table notifications.recipient_rebuilds (
      id uuid not null,
      last_user_id uuid null,
      users_done int not null default 0,
      started_at timestamptz(3) not null,
      finished_at timestamptz(3) null,
      primary key (id)
    )`);
    this.addSql(
      `create unique index recipient_rebuilds_unfinished_unique on notifications.recipient_rebuilds ((finished_at is null)) where finished_at is null`,
    );
  }
}
