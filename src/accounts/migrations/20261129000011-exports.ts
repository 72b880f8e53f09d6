import { Migration } from '@mikro-orm/migrations';

/** What exports need to go on where they stopped, whose data is in the export of an account, and who has started what. */
export class Migration20261129000011 extends Migration {
  override up(): void {
    this.addSql(`alter table accounts.transfers
      add column user_id uuid null constraint transfers_user_id_foreign references accounts.users (id) on delete cascade,
      add column rows_total int not null default 0,
      add column last_id uuid null,
      add column chunks_done int not null default 0`);
    this.addSql(`create index transfers_requested_by_index on accounts.transfers (requested_by, id)`);
    this.addSql(`create index transfers_user_index on accounts.transfers (user_id)`);
    this.addSql(
      `create unique index transfers_pending_user_unique on accounts.transfers (user_id) where state in ('waiting', 'active')`,
    );
  }
}
