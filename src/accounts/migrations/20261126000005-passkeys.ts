import { Migration } from '@mikro-orm/migrations';

/** Passkeys, and the challenges that authenticators sign. */
export class Migration20261126000005 extends Migration {
  override up(): void {
    this.addSql(`create table accounts.passkeys (
      id uuid not null,
      user_id uuid not null,
      credential_id text not null,
      public_key text not null,
      counter bigint not null,
      backed_up boolean not null,
      transports text[] not null,
      name text not null,
      version int not null default 1,
      created_at timestamptz(3) not null,
      last_used_at timestamptz(3) null,
      primary key (id)
    )`);
    this.addSql(
      `alter table accounts.passkeys add constraint passkeys_credential_id_unique unique (credential_id)`,
    );
    this.addSql(`create index passkeys_user_index on accounts.passkeys (user_id, id)`);
    this.addSql(
      `alter table accounts.passkeys add constraint passkeys_user_id_foreign foreign key (user_id) references accounts.users (id) on delete cascade`,
    );
    this.addSql(`create table accounts.passkey_challenges (
      challenge_hash text not null,
      user_id uuid null,
      expires_at timestamptz(3) not null,
      primary key (challenge_hash)
    )`);
    this.addSql(`create index passkey_challenges_user_index on accounts.passkey_challenges (user_id)`);
    this.addSql(
      `create index passkey_challenges_expires_at_index on accounts.passkey_challenges (expires_at)`,
    );
    this.addSql(
      `alter table accounts.passkey_challenges add constraint passkey_challenges_user_id_foreign foreign key (user_id) references accounts.users (id) on delete cascade`,
    );
  }
}
