import { Migration } from '@mikro-orm/migrations';

/** The months for which there are partitions from the start. The purge creates later ones. */
const FIRST = new Date('2026-11-01T00:00:00Z');
const MONTHS = 14;

/** The audit log, which grows by the month, and which nothing can update or delete. */
export class Migration20261127000041 extends Migration {
  override up(): void {
    this.addSql(`create table accounts.audit_events (
      id uuid not null,
      type text not null,
      actor_type text not null check (actor_type in ('user', 'anonymous', 'system')),
      actor_id uuid null,
      api_key_id uuid null,
      impersonator_id uuid null,
      subject_id uuid null,
      target text null,
      request_id text null,
      details_sealed text not null,
      primary key (id)
    ) partition by range (id)`);
    this.addSql(`create index audit_events_actor_index on accounts.audit_events (actor_id, id)`);
    this.addSql(`create index audit_events_subject_index on accounts.audit_events (subject_id, id)`);
    this.addSql(`create index audit_events_type_index on accounts.audit_events (type, id)`);
    // Privileges don't stop superusers, so triggers do. Those for each row also apply to partitions.
    this.addSql(`create function accounts.reject_audit_change() returns trigger language plpgsql as $$
      begin
        raise exception 'audit events can only be inserted' using errcode = 'insufficient_privilege';
      end $$`);
    this.addSql(`create trigger audit_events_no_change before update or delete on accounts.audit_events
      for each row execute function accounts.reject_audit_change()`);
    this.addSql(`create function accounts.create_audit_default() returns void language plpgsql as $$
      begin
        create table accounts.audit_events_default partition of accounts.audit_events default;
        perform accounts.protect_audit_events('audit_events_default');
      end $$`);
    this.addSql(`create function accounts.protect_audit_events(name text) returns void language plpgsql as $$
      begin
        execute format('revoke update, delete, truncate on accounts.%I from current_user', name);
        execute format('create or replace trigger audit_events_no_truncate before truncate on accounts.%I
          for each statement execute function accounts.reject_audit_change()', name);
      end $$`);
    this
      .addSql(`create function accounts.first_id_at(at timestamptz) returns text language sql immutable as $$
      select regexp_replace(lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0'), '^(.{8})(.{4})$', '\\1-\\2')
        || '-7000-8000-000000000000'
    $$`);
    this
      .addSql(`create function accounts.create_audit_partition(month timestamptz) returns void language plpgsql as $$
      declare
        name text := 'audit_events_' || to_char(month at time zone 'UTC', 'YYYY_MM');
        next timestamptz := (month at time zone 'UTC' + interval '1 month') at time zone 'UTC';
      begin
        if to_regclass('accounts.' || name) is not null then
          return;
        end if;
        -- A partition can't be added while the default one has rows for it, and those can't be deleted there. So the
        -- whole table makes room, and its rows come back.
        alter table accounts.audit_events detach partition accounts.audit_events_default;
        alter table accounts.audit_events_default rename to audit_events_moving;
        execute format('create table accounts.%I partition of accounts.audit_events for values from (%L) to (%L)',
          name, accounts.first_id_at(month), accounts.first_id_at(next));
        perform accounts.protect_audit_events(name);
        perform accounts.create_audit_default();
        insert into accounts.audit_events select * from accounts.audit_events_moving;
        drop table accounts.audit_events_moving;
      end $$`);
    this.addSql(`select accounts.create_audit_default()`);
    this.addSql(`select accounts.protect_audit_events('audit_events')`);
    for (let month = 0; month < MONTHS; month += 1) {
      const start = new Date(Date.UTC(FIRST.getUTCFullYear(), FIRST.getUTCMonth() + month));
      this.addSql(`select accounts.create_audit_partition('${start.toISOString()}')`);
    }
  }
}
