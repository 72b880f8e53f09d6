import { Migration } from '@mikro-orm/migrations';

/** Keys with which servers act for users. */
export class Migration20261127000042 extends Migration {
  override up(): void {
    this.addSql(`create table accounts.api_keys (
      id uuid not null,
      user_id uuid not null,
      key_hash text not null,
      name text not null,
      permissions text[] not null,
      created_at timestamptz(3) not null,
      expires_at timestamptz(3) null,
      last_used_at timestamptz(3) null,
      primary key (id),
      constraint api_keys_key_hash_unique unique (key_hash)
    )`);
    this.addSql(`create index api_keys_user_index on accounts.api_keys (user_id, id)`);
    this.addSql(
      `alter table accounts.api_keys add constraint api_keys_user_id_foreign foreign key (user_id) references accounts.users (id) on delete cascade`,
    );
  }
}
