import { Migration } from '@mikro-orm/migrations';

/** Creates the notifications schema. */
export class Migration20261122000000 extends Migration {
  override up(): void {
    this.addSql(`create table notifications.deliveries (
      id uuid not null,
      user_id uuid not null,
      template text not null,
      channel text not null,
      sealed text null,
      state text not null default 'pending',
      attempts int not null default 0,
      claimed_until timestamptz(3) null,
      message_id text not null,
      last_error text null,
      expires_at timestamptz(3) not null,
      created_at timestamptz(3) not null,
      sent_at timestamptz(3) null,
      primary key (id)
    )`);
    this.addSql(`create index deliveries_created_at_index on notifications.deliveries (created_at)`);
    this.addSql(
      `create index deliveries_state_expires_at_index on notifications.deliveries (state, expires_at)`,
    );
    this.addSql(
      `alter table notifications.deliveries add constraint deliveries_state_check check (state in ('pending', 'sending', 'sent', 'failed', 'expired'))`,
    );
    this.addSql(`create table notifications.inbox (
      message_id uuid not null,
      received_at timestamptz(3) not null,
      primary key (message_id)
    )`);
    this.addSql(`create index inbox_received_at_index on notifications.inbox (received_at)`);
    this.addSql(`create table notifications.outbox (
      message_id uuid not null,
      consumer text not null,
      type text not null,
      subject uuid not null,
      occurred_at timestamptz(3) not null,
      sealed text null,
      traceparent text null,
      request_id text null,
      attempts int not null default 0,
      next_at timestamptz(3) not null default now(),
      primary key (message_id, consumer)
    )`);
    this.addSql(`create index outbox_next_at_index on notifications.outbox (next_at)`);
  }
}
