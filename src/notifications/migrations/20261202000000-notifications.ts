import { Migration } from '@mikro-orm/migrations';

/** Notifications that are sent through the API, what becomes of each attempt, and the inboxes in the app. */
export class Migration20261202000000 extends Migration {
  override up(): void {
    this.addSql(`create table notifications.notifications (
      id uuid not null,
      user_id uuid not null,
      template text not null,
      delivery_ids uuid[] not null,
      sent_by uuid null,
      created_at timestamptz(3) not null,
      primary key (id)
    )`);
    this.addSql(`create index notifications_user_index on notifications.notifications (user_id)`);
    this.addSql(`create index notifications_created_at_index on notifications.notifications (created_at)`);
    this.addSql(`create table notifications.inbox_notifications (
      id uuid not null,
      position bigserial not null,
      user_id uuid not null,
      template text not null,
      sealed text not null,
      read_at timestamptz(3) null,
      archived_at timestamptz(3) null,
      created_at timestamptz(3) not null,
      primary key (id)
    )`);
    this.addSql(
      `create index inbox_notifications_user_index on notifications.inbox_notifications (user_id, id) where archived_at is null`,
    );
    this.addSql(
      `create index inbox_notifications_archived_index on notifications.inbox_notifications (user_id, id) where archived_at is not null`,
    );
    this.addSql(
      `create index inbox_notifications_unread_index on notifications.inbox_notifications (user_id, id) where read_at is null and archived_at is null`,
    );
    this.addSql(
      `create index inbox_notifications_position_index on notifications.inbox_notifications (user_id, position)`,
    );
    this.addSql(
      `create index inbox_notifications_created_at_index on notifications.inbox_notifications (created_at)`,
    );
    this.addSql(
      `alter table notifications.deliveries add column notification_id uuid null, add column tries jsonb not null default '[]'`,
    );
    // All rows keep the old rule, so checking them again would only lock the table.
    this.addSql(`alter table notifications.deliveries drop constraint deliveries_state_check`);
    this.addSql(
      `alter table notifications.deliveries add constraint deliveries_state_check check (state in ('pending', 'queued', 'sending', 'sent', 'failed', 'expired', 'suppressed')) not valid`,
    );
  }
}
