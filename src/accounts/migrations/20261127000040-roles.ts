import { Migration } from '@mikro-orm/migrations';

/** Roles, and what administrators store with users. */
export class Migration20261127000040 extends Migration {
  override up(): void {
    this.addSql(`create table accounts.roles (
      id uuid not null,
      name text not null,
      permissions text[] not null,
      version int not null default 1,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      primary key (id),
      constraint roles_name_unique unique (name)
    )`);
    this.addSql(`alter table accounts.users add column app_metadata jsonb not null default '{}'`);
    // Their IDs are from before any other's, so that lists start with them.
    this.addSql(`insert into accounts.roles (id, name, permissions, created_at, updated_at) values
      ('01900000-0000-7000-8000-000000000001', 'user', '{}', now(), now()),
      ('01900000-0000-7000-8000-000000000002', 'admin', '{}', now(), now())`);
  }
}
