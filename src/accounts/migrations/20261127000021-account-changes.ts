import { Migration } from '@mikro-orm/migrations';

/** Links in mails about changes of how a user signs in, which undo them. */
export class Migration20261127000021 extends Migration {
  override up(): void {
    this.addSql(`create table accounts.account_changes (
      token_hash text not null,
      user_id uuid not null,
      made_at timestamptz(3) not null,
      expires_at timestamptz(3) not null,
      undone_at timestamptz(3) null,
      primary key (token_hash)
    )`);
    this.addSql(`create index account_changes_user_index on accounts.account_changes (user_id)`);
    this.addSql(`create index account_changes_expires_at_index on accounts.account_changes (expires_at)`);
    this.addSql(
      `alter table accounts.account_changes add constraint account_changes_user_id_foreign foreign key (user_id) references accounts.users (id) on delete cascade`,
    );
  }
}
