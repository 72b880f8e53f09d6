import { Migration } from '@mikro-orm/migrations';

/** Codes with which users sign in without a password. */
export class Migration20261126000003 extends Migration {
  override up(): void {
    this.addSql(`create table accounts.one_time_codes (
      user_id uuid not null,
      code_hash text not null,
      token_hash text not null,
      browser_hash text not null,
      tries int not null,
      own_tries int not null,
      known_tries int not null,
      user_agent text null,
      ip_address text not null,
      created_at timestamptz(3) not null,
      expires_at timestamptz(3) not null,
      primary key (user_id)
    )`);
    this.addSql(
      `alter table accounts.one_time_codes add constraint one_time_codes_token_hash_unique unique (token_hash)`,
    );
    this.addSql(`create index one_time_codes_expires_at_index on accounts.one_time_codes (expires_at)`);
    this.addSql(
      `alter table accounts.one_time_codes add constraint one_time_codes_user_id_foreign foreign key (user_id) references accounts.users (id) on update cascade on delete cascade`,
    );
  }
}
