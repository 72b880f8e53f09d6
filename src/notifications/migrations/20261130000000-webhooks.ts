import { Migration } from '@mikro-orm/migrations';

/** Webhooks, what was, and is to be, delivered to them, and the keys of requests that create them. */
export class Migration20261130000000 extends Migration {
  override up(): void {
    this.addSql(`create table notifications.idempotency_keys (
      id text not null,
      fingerprint text not null,
      answer text null,
      locked_until timestamptz(3) not null,
      expires_at timestamptz(3) not null,
      primary key (id)
    )`);
    this.addSql(
      `create index idempotency_keys_expires_at_index on notifications.idempotency_keys (expires_at)`,
    );
    this.addSql(`create table notifications.webhooks (
      id uuid not null,
      sealed text not null,
      description text null,
      event_types text[] not null,
      enabled boolean not null,
      failing_since timestamptz(3) null,
      paused_at timestamptz(3) null,
      slow boolean not null default false,
      created_by uuid not null,
      version int not null default 1,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      primary key (id)
    )`);
    this.addSql(`create table notifications.webhook_deliveries (
      id uuid not null,
      webhook_id uuid not null,
      event_id uuid not null,
      type text not null,
      subject uuid not null,
      body text not null,
      state text not null default 'pending',
      claims int not null default 0,
      tries_left int not null,
      claimed_until timestamptz(3) null,
      attempts jsonb not null default '[]',
      created_at timestamptz(3) not null,
      ended_at timestamptz(3) null,
      primary key (id)
    )`);
    this.addSql(
      `create index webhook_deliveries_webhook_index on notifications.webhook_deliveries (webhook_id, id)`,
    );
    this.addSql(
      `create index webhook_deliveries_state_index on notifications.webhook_deliveries (webhook_id, state, id)`,
    );
    this.addSql(
      `create index webhook_deliveries_created_at_index on notifications.webhook_deliveries (created_at)`,
    );
    this.addSql(
      `alter table notifications.webhook_deliveries add constraint webhook_deliveries_webhook_id_event_id_unique unique (webhook_id, event_id)`,
    );
    this.addSql(
      `alter table notifications.webhook_deliveries add constraint webhook_deliveries_webhook_id_foreign foreign key (webhook_id) references notifications.webhooks (id) on delete cascade`,
    );
    this.addSql(
      `alter table notifications.webhook_deliveries add constraint webhook_deliveries_state_check check (state in ('pending', 'sending', 'held', 'delivered', 'failed'))`,
    );
  }
}
