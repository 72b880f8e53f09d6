import { Migration } from '@mikro-orm/migrations';

/** Imports and exports, with the files that they read and write. */
export class Migration20261129000010 extends Migration {
  override up(): void {
    this.addSql(`create table accounts.transfers (
      id uuid not null,
      type text not null,
      state text not null constraint transfers_state_check
        check (state in ('receiving', 'waiting', 'active', 'completed', 'failed', 'canceled')),
      requested_by uuid not null,
      options_sealed text not null,
      bytes_total bigint not null default 0,
      bytes_done bigint not null default 0,
      lines_done int not null default 0,
      succeeded int not null default 0,
      skipped int not null default 0,
      failed int not null default 0,
      attempts int not null default 0,
      error text null,
      created_at timestamptz(3) not null,
      finished_at timestamptz(3) null,
      expires_at timestamptz(3) not null,
      primary key (id)
    )`);
    this.addSql(`create index transfers_expires_at_index on accounts.transfers (expires_at)`);
    this.addSql(`create table accounts.transfer_chunks (
      transfer_id uuid not null constraint transfer_chunks_transfer_id_foreign
        references accounts.transfers (id) on delete cascade,
      number int not null,
      sealed text not null,
      expires_at timestamptz(3) not null,
      primary key (transfer_id, number)
    )`);
    this.addSql(`create index transfer_chunks_expires_at_index on accounts.transfer_chunks (expires_at)`);
    this.addSql(`create table accounts.transfer_errors (
      id uuid not null,
      transfer_id uuid not null constraint transfer_errors_transfer_id_foreign
        references accounts.transfers (id) on delete cascade,
      line int not null,
      pointer text not null,
      code text not null,
      message text not null,
      primary key (id)
    )`);
    this.addSql(
      `create index transfer_errors_transfer_id_index on accounts.transfer_errors (transfer_id, id)`,
    );
    // Sealing makes chunks incompressible, so PostgreSQL needn't try.
    this.addSql('alter table accounts.transfer_chunks alter column sealed set storage external');
  }
}
