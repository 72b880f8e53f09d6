import { Migration } from '@mikro-orm/migrations';

/** Rotations of the keys of stored data, and what is stored under which key. */
export class Migration20261212000001 extends Migration {
  override up(): void {
    this.addSql(`create table notifications.key_rotations (
      id uuid not null,
      encryption_key text not null,
      blind_index_key text not null,
      column_name text not null default '',
      after jsonb null,
      pass int not null default 1,
      rows_total bigint not null default 0,
      rows_read bigint not null default 0,
      rows_changed bigint not null default 0,
      changed_in_pass bigint not null default 0,
      missed_in_pass bigint not null default 0,
      rows_left bigint null,
      started_at timestamptz(3) not null,
      finished_at timestamptz(3) null,
      primary key (id)
    )`);
    this.addSql(
      `create unique index key_rotations_unfinished_unique on notifications.key_rotations ((finished_at is null)) where finished_at is null`,
    );
    this.addSql(`create table notifications.key_usage (
      column_name text not null,
      key_id text not null,
      rows bigint not null,
      last_expires_at timestamptz(3) null,
      counted_at timestamptz(3) not null,
      primary key (column_name, key_id)
    )`);
  }
}
