import { Migration } from '@mikro-orm/migrations';

/** Notifications that are sent later: at a time that their sender chose, after quiet hours, or in a digest. Broadcasts. */
export class Migration20261204000000 extends Migration {
  override up(): void {
    this.addSql(
      `alter table notifications.notifications add column send_at timestamptz(3) null, add column broadcast_id uuid null`,
    );
    this.addSql(
      `alter table notifications.deliveries add column held_until timestamptz(3) null, add column task text null`,
    );
    this.addSql(`create table notifications.scheduled_notifications (
      id uuid not null,
      user_id uuid not null,
      template_version uuid not null,
      sealed text not null,
      send_at timestamptz(3) not null,
      primary key (id)
    )`);
    this.addSql(
      `create index scheduled_notifications_user_index on notifications.scheduled_notifications (user_id)`,
    );
    this.addSql(
      `create index scheduled_notifications_version_index on notifications.scheduled_notifications (template_version)`,
    );
    this.addSql(`create table notifications.digests (
      id uuid not null,
      user_id uuid not null,
      category text not null,
      is_open boolean not null,
      due_at timestamptz(3) not null,
      primary key (id)
    )`);
    this.addSql(
      `create unique index digests_open_index on notifications.digests (user_id, category) where is_open`,
    );
    this.addSql(`create index digests_user_index on notifications.digests (user_id)`);
    this.addSql(`create index digests_due_at_index on notifications.digests (due_at)`);
    this.addSql(`create table notifications.broadcasts (
      id uuid not null,
      state text not null,
      started_by uuid not null,
      template text not null,
      template_version uuid not null,
      sealed text not null,
      send_at timestamptz(3) null,
      last_user_id uuid null,
      users_total int null,
      users_done int not null default 0,
      not_rendered int not null default 0,
      attempts int not null default 0,
      created_at timestamptz(3) not null,
      finished_at timestamptz(3) null,
      expires_at timestamptz(3) null,
      primary key (id)
    )`);
    this.addSql(`create index broadcasts_version_index on notifications.broadcasts (template_version)`);
    this.addSql(`create index broadcasts_expires_at_index on notifications.broadcasts (expires_at)`);
    this.addSql(
      `alter table notifications.broadcasts add constraint broadcasts_state_check check (state in ('waiting', 'active', 'paused', 'completed', 'canceled'))`,
    );
    this.addSql(`create table notifications.digest_items (
      delivery_id uuid not null,
      digest_id uuid not null,
      created_at timestamptz(3) not null,
      primary key (delivery_id)
    )`);
    this.addSql(`create index digest_items_digest_index on notifications.digest_items (digest_id)`);
    this.addSql(`create index digest_items_created_at_index on notifications.digest_items (created_at)`);
  }
}
