import { Migration } from '@mikro-orm/migrations';

/** Authenticator apps, recovery codes, and sign-ins that wait for one of them. */
export class Migration20261126000004 extends Migration {
  override up(): void {
    this.addSql(`alter table accounts.users add column second_factors text[] not null default '{}'`);
    this.addSql(`create table accounts.totp_factors (
      user_id uuid not null,
      secret_sealed text not null,
      last_step int null,
      confirmed_at timestamptz(3) null,
      created_at timestamptz(3) not null,
      primary key (user_id)
    )`);
    this.addSql(
      `alter table accounts.totp_factors add constraint totp_factors_user_id_foreign foreign key (user_id) references accounts.users (id) on update cascade on delete cascade`,
    );
    this.addSql(`create table accounts.recovery_codes (
      user_id uuid not null,
      code_hash text not null,
      primary key (user_id, code_hash)
    )`);
    this.addSql(
      `alter table accounts.recovery_codes add constraint recovery_codes_user_id_foreign foreign key (user_id) references accounts.users (id) on delete cascade`,
    );
    this.addSql(`create table accounts.mfa_challenges (
      token_hash text not null,
      user_id uuid not null,
      methods text[] not null,
      epoch int not null,
      tries int not null,
      expires_at timestamptz(3) not null,
      primary key (token_hash)
    )`);
    this.addSql(`create index mfa_challenges_user_index on accounts.mfa_challenges (user_id)`);
    this.addSql(`create index mfa_challenges_expires_at_index on accounts.mfa_challenges (expires_at)`);
    this.addSql(
      `alter table accounts.mfa_challenges add constraint mfa_challenges_user_id_foreign foreign key (user_id) references accounts.users (id) on delete cascade`,
    );
  }
}
