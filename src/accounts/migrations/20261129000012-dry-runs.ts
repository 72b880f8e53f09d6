import { Migration } from '@mikro-orm/migrations';

/** The users that an import would have created so far, if it's a dry run. */
export class Migration20261129000012 extends Migration {
  override up(): void {
    this.addSql(`create table accounts.dry_run_users (
      transfer_id uuid not null constraint dry_run_users_transfer_id_foreign
        references accounts.transfers (id) on delete cascade,
      fingerprint text not null,
      primary key (transfer_id, fingerprint)
    )`);
  }
}
