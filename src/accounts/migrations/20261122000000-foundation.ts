import { Migration } from '@mikro-orm/migrations';

/** Creates the accounts schema. Email addresses are encrypted from the start. */
export class Migration20261122000000 extends Migration {
  override up(): void {
    this.addSql(`create table accounts.outbox (
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
    this.addSql(`create index outbox_next_at_index on accounts.outbox (next_at)`);
    this.addSql(`create table accounts.idempotency_keys (
      id text not null,
      fingerprint text not null,
      answer text null,
      locked_until timestamptz(3) not null,
      expires_at timestamptz(3) not null,
      primary key (id)
    )`);
    this.addSql(`create index idempotency_keys_expires_at_index on accounts.idempotency_keys (expires_at)`);
    this.addSql(`create table accounts.users (
      id uuid not null,
      email_sealed text not null,
      email_index text not null,
      email_verified boolean not null,
      display_name text null,
      search_key text null,
      locale text not null,
      timezone text not null,
      avatar_url text null,
      roles text[] not null,
      status text not null,
      metadata jsonb not null,
      mailed_at timestamptz(3) null,
      version int not null default 1,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      primary key (id)
    )`);
    this.addSql(`alter table accounts.users add constraint users_email_index_unique unique (email_index)`);
    this.addSql(`create index users_status_index on accounts.users (status, id)`);
    this.addSql(`create index users_admins_index on accounts.users (id) where roles @> '{admin}'`);
    this.addSql(`create index users_search_key_index on accounts.users (search_key text_pattern_ops)`);
    this.addSql(
      `alter table accounts.users add constraint users_status_check check (status in ('active', 'suspended'))`,
    );
    this.addSql(`create table accounts.sessions (
      id uuid not null,
      user_id uuid not null,
      generation int not null,
      token_hash text not null,
      seed text not null,
      authenticated_at timestamptz(3) not null,
      methods text[] not null,
      rotated_at timestamptz(3) not null,
      recent_rotations jsonb not null default '[]',
      user_agent text null,
      ip_address text null,
      created_at timestamptz(3) not null,
      expires_at timestamptz(3) not null,
      ended_at timestamptz(3) null,
      primary key (id)
    )`);
    this.addSql(`create index sessions_expires_at_index on accounts.sessions (expires_at)`);
    this.addSql(`create index sessions_user_index on accounts.sessions (user_id, id)`);
    this.addSql(`create index sessions_live_index on accounts.sessions (user_id, id) where ended_at is null`);
    this.addSql(`create table accounts.passwords (
      user_id uuid not null,
      hash text not null,
      changed_at timestamptz(3) not null,
      primary key (user_id)
    )`);
    this.addSql(`create table accounts.email_verifications (
      token_hash text not null,
      user_id uuid not null,
      registration_id uuid null,
      expires_at timestamptz(3) not null,
      primary key (token_hash)
    )`);
    this.addSql(`create index email_verifications_user_index on accounts.email_verifications (user_id)`);
    this.addSql(
      `create index email_verifications_expires_at_index on accounts.email_verifications (expires_at)`,
    );
    this.addSql(
      `alter table accounts.sessions add constraint sessions_user_id_foreign foreign key (user_id) references accounts.users (id) on delete cascade`,
    );
    this.addSql(
      `alter table accounts.passwords add constraint passwords_user_id_foreign foreign key (user_id) references accounts.users (id) on update cascade on delete cascade`,
    );
    this.addSql(
      `alter table accounts.email_verifications add constraint email_verifications_user_id_foreign foreign key (user_id) references accounts.users (id) on delete cascade`,
    );
    this.addSql(`create table accounts.pending_registrations (
      id uuid not null,
      user_id uuid not null,
      password_hash text not null,
      browser_hash text not null,
      display_name text null,
      locale text null,
      timezone text null,
      decoy boolean not null,
      expires_at timestamptz(3) not null,
      primary key (id)
    )`);
    this.addSql(`create index pending_registrations_user_index on accounts.pending_registrations (user_id)`);
    this.addSql(
      `create index pending_registrations_expires_at_index on accounts.pending_registrations (expires_at)`,
    );
    this.addSql(
      `alter table accounts.pending_registrations add constraint pending_registrations_user_id_foreign foreign key (user_id) references accounts.users (id) on delete cascade`,
    );
    this.addSql(`create table accounts.inbox (
      message_id uuid not null,
      received_at timestamptz(3) not null,
      primary key (message_id)
    )`);
    this.addSql(`create index inbox_received_at_index on accounts.inbox (received_at)`);
  }
}
