import { Migration } from '@mikro-orm/migrations';

/** What we know about the devices of users, and mails about sign-ins on new ones. */
export class Migration20261126000010 extends Migration {
  override up(): void {
    this.addSql(`alter table accounts.users
      add column devices_known_since timestamptz(3) null,
      add column sign_in_notifications boolean not null default true`);
    this.addSql(`create table accounts.seen_devices (
      user_id uuid not null,
      fingerprint text not null,
      expires_at timestamptz(3) not null,
      primary key (user_id, fingerprint)
    )`);
    this.addSql(`create index seen_devices_expires_at_index on accounts.seen_devices (expires_at)`);
    this.addSql(
      `alter table accounts.seen_devices add constraint seen_devices_user_id_foreign foreign key (user_id) references accounts.users (id) on delete cascade`,
    );
    this.addSql(`create table accounts.sign_in_notices (
      token_hash text not null,
      user_id uuid not null,
      session_id uuid not null,
      expires_at timestamptz(3) not null,
      used_at timestamptz(3) null,
      primary key (token_hash)
    )`);
    this.addSql(`create index sign_in_notices_user_index on accounts.sign_in_notices (user_id)`);
    this.addSql(`create index sign_in_notices_expires_at_index on accounts.sign_in_notices (expires_at)`);
    this.addSql(
      `alter table accounts.sign_in_notices add constraint sign_in_notices_user_id_foreign foreign key (user_id) references accounts.users (id) on delete cascade`,
    );
  }
}
