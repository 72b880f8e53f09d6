import { Migration } from '@mikro-orm/migrations';

/** Which addresses may send requests. The revision in `ip_rule_state` orders all changes, so that replicas can follow. */
export class Migration20261211000000 extends Migration {
  override up(): void {
    this.addSql(`create table accounts.ip_rules (
      id uuid not null,
      cidr cidr not null,
      action text not null,
      reason text null,
      source text not null,
      author_id uuid null,
      bans int not null default 0,
      revision bigint not null,
      created_at timestamptz(3) not null,
      expires_at timestamptz(3) null,
      primary key (id)
    )`);
    this.addSql(
      `alter table accounts.ip_rules add constraint ip_rules_action_check check (action in ('deny', 'allow'))`,
    );
    this.addSql(`create unique index ip_rules_cidr_source_unique on accounts.ip_rules (cidr, source)`);
    this.addSql(`create index ip_rules_source_index on accounts.ip_rules (source, id)`);
    this.addSql(`create index ip_rules_revision_index on accounts.ip_rules (revision)`);
    this.addSql(`create index ip_rules_expires_at_index on accounts.ip_rules (expires_at)`);

    this.addSql(`create table accounts.ip_rule_removals (
      id uuid not null,
      cidr cidr not null,
      source text not null,
      revision bigint not null,
      expires_at timestamptz(3) not null,
      primary key (id)
    )`);
    this.addSql(`create index ip_rule_removals_revision_index on accounts.ip_rule_removals (revision)`);
    this.addSql(`create index ip_rule_removals_expires_at_index on accounts.ip_rule_removals (expires_at)`);

    this.addSql(`create table accounts.ip_rule_state (
      id text not null,
      revision bigint not null,
      primary key (id)
    )`);
    this.addSql(`insert into accounts.ip_rule_state (id, revision) values ('latest', 0)`);
  }
}
