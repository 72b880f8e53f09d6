import { Migration } from '@mikro-orm/migrations';

/** Links with which users set a new password, and what keeps their sessions apart from earlier ones. */
export class Migration20261126000000 extends Migration {
  override up(): void {
    this.addSql(`alter table accounts.users add column session_epoch int not null default 0`);
    this.addSql(`alter table accounts.passwords add column told_at timestamptz(3) null`);
    this.addSql(`create table accounts.password_resets (
      token_hash text not null,
      user_id uuid not null,
      created_at timestamptz(3) not null,
      expires_at timestamptz(3) not null,
      used_at timestamptz(3) null,
      primary key (token_hash)
    )`);
    this.addSql(`create index password_resets_user_index on accounts.password_resets (user_id, created_at)`);
    this.addSql(`create index password_resets_expires_at_index on accounts.password_resets (expires_at)`);
    this.addSql(
      `alter table accounts.password_resets add constraint password_resets_user_id_foreign foreign key (user_id) references accounts.users (id) on delete cascade`,
    );
  }
}
