import { Migration } from '@mikro-orm/migrations';

/** Deletions of accounts, which outlive the accounts. */
export class Migration20261128000001 extends Migration {
  override up(): void {
    this.addSql(`create table accounts.account_deletions (
      id uuid not null,
      state text not null,
      version int not null default 1,
      wake_at timestamptz(3) null,
      user_id uuid not null,
      requested_by uuid not null,
      deletes_at timestamptz(3) not null,
      created_at timestamptz(3) not null,
      expires_at timestamptz(3) not null,
      primary key (id)
    )`);
    this.addSql(
      `create unique index account_deletions_pending_unique on accounts.account_deletions (user_id) where state = 'requested'`,
    );
    this.addSql(
      `create index account_deletions_wake_at_index on accounts.account_deletions (wake_at) where wake_at is not null`,
    );
    this.addSql(`create index account_deletions_expires_at_index on accounts.account_deletions (expires_at)`);
  }
}
