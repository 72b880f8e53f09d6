import { Migration } from '@mikro-orm/migrations';

/** Accounts at providers that users sign in with, and the codes that such a sign-in leads back with. */
export class Migration20261127000010 extends Migration {
  override up(): void {
    this.addSql(`create table accounts.identities (
      id uuid not null,
      user_id uuid not null,
      provider text not null,
      subject text not null,
      email_sealed text null,
      created_at timestamptz(3) not null,
      primary key (id)
    )`);
    this.addSql(
      `alter table accounts.identities add constraint identities_provider_subject_unique unique (provider, subject)`,
    );
    this.addSql(`create index identities_user_index on accounts.identities (user_id, id)`);
    this.addSql(
      `alter table accounts.identities add constraint identities_user_id_foreign foreign key (user_id) references accounts.users (id) on delete cascade`,
    );
    this.addSql(`create table accounts.oauth_codes (
      attempt uuid not null,
      code_hash text not null,
      user_id uuid not null,
      session_epoch int not null,
      proved_at timestamptz(3) not null,
      code_challenge text not null,
      link_sealed text null,
      valid_until timestamptz(3) not null,
      used_at timestamptz(3) null,
      expires_at timestamptz(3) not null,
      primary key (attempt)
    )`);
    this.addSql(
      `alter table accounts.oauth_codes add constraint oauth_codes_code_hash_unique unique (code_hash)`,
    );
    this.addSql(`create index oauth_codes_user_index on accounts.oauth_codes (user_id)`);
    this.addSql(`create index oauth_codes_expires_at_index on accounts.oauth_codes (expires_at)`);
    this.addSql(
      `alter table accounts.oauth_codes add constraint oauth_codes_user_id_foreign foreign key (user_id) references accounts.users (id) on delete cascade`,
    );
  }
}
