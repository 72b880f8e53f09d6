import { Migration } from '@mikro-orm/migrations';

/** Changes of email addresses, the links in their mails, and the addresses that are reserved for them. */
export class Migration20261127000030 extends Migration {
  override up(): void {
    this.addSql(`create table accounts.reserved_addresses (
      holder uuid not null,
      email_index text not null,
      user_id uuid not null,
      firm boolean not null,
      expires_at timestamptz(3) not null,
      primary key (holder, email_index)
    )`);
    this.addSql(
      `create index reserved_addresses_email_index_index on accounts.reserved_addresses (email_index)`,
    );
    this.addSql(`create index reserved_addresses_user_index on accounts.reserved_addresses (user_id)`);
    this.addSql(
      `create index reserved_addresses_expires_at_index on accounts.reserved_addresses (expires_at)`,
    );
    this.addSql(
      `alter table accounts.reserved_addresses add constraint reserved_addresses_user_id_foreign foreign key (user_id) references accounts.users (id) on delete cascade`,
    );
    this.addSql(`create table accounts.email_changes (
      id uuid not null,
      state text not null,
      version int not null default 1,
      wake_at timestamptz(3) null,
      user_id uuid not null,
      ordinal int not null,
      session_epoch int not null,
      from_sealed text not null,
      to_sealed text not null,
      to_index text not null,
      decoy boolean not null,
      created_at timestamptz(3) not null,
      expires_at timestamptz(3) not null,
      primary key (id)
    )`);
    this.addSql(`create index email_changes_user_index on accounts.email_changes (user_id, ordinal)`);
    this.addSql(
      `create index email_changes_wake_at_index on accounts.email_changes (wake_at) where wake_at is not null`,
    );
    this.addSql(`create index email_changes_expires_at_index on accounts.email_changes (expires_at)`);
    this.addSql(
      `alter table accounts.email_changes add constraint email_changes_user_id_foreign foreign key (user_id) references accounts.users (id) on delete cascade`,
    );
    this.addSql(`create table accounts.email_change_links (
      token_hash text not null,
      change_id uuid not null,
      purpose text not null check (purpose in ('confirm', 'undo')),
      expires_at timestamptz(3) not null,
      primary key (token_hash)
    )`);
    this.addSql(`create index email_change_links_change_index on accounts.email_change_links (change_id)`);
    this.addSql(
      `alter table accounts.email_change_links add constraint email_change_links_change_id_foreign foreign key (change_id) references accounts.email_changes (id) on delete cascade`,
    );
  }
}
