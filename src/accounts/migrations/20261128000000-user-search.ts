import { Migration } from '@mikro-orm/migrations';

/** What lists of users are filtered by: the roles they have, and the domain of their address. */
export class Migration20261128000000 extends Migration {
  override up(): void {
    this.addSql(`create table accounts.user_roles (
      role text not null,
      user_id uuid not null,
      primary key (role, user_id)
    )`);
    this.addSql(`create index user_roles_user_index on accounts.user_roles (user_id)`);
    this.addSql(
      `alter table accounts.user_roles add constraint user_roles_user_id_foreign foreign key (user_id) references accounts.users (id) on delete cascade`,
    );
    // Triggers, so that whatever writes roles, an earlier release included, writes these rows, too. Once per statement,
    // because an import inserts thousands of users at once.
    this.addSql(`create function accounts.add_user_roles() returns trigger language plpgsql as $$
      begin
        insert into accounts.user_roles (role, user_id)
        select distinct unnest(roles), id from added on conflict do nothing;
        return null;
      end $$`);
    this.addSql(`create trigger users_roles_added after insert on accounts.users
      referencing new table as added for each statement execute function accounts.add_user_roles()`);
    this.addSql(`create function accounts.replace_user_roles() returns trigger language plpgsql as $$
      begin
        delete from accounts.user_roles where user_id = new.id and role <> all(new.roles);
        insert into accounts.user_roles (role, user_id)
        select distinct unnest(new.roles), new.id on conflict do nothing;
        return null;
      end $$`);
    this.addSql(`create trigger users_roles_replaced after update on accounts.users
      for each row when (old.roles is distinct from new.roles) execute function accounts.replace_user_roles()`);
    this.addSql(`insert into accounts.user_roles (role, user_id)
      select distinct unnest(roles), id from accounts.users on conflict do nothing`);
    this.addSql(`drop index accounts.users_admins_index`);
    this.addSql(`drop index accounts.users_search_key_index`);
    this.addSql(`create index users_search_key_index on accounts.users (search_key text_pattern_ops, id)`);
    this.addSql(`alter table accounts.users add column email_domain_index text null`);
    this.addSql(`create index users_email_domain_index on accounts.users (email_domain_index, id)`);
    this.addSql(
      `create index users_without_email_domain_index on accounts.users (id) where email_domain_index is null`,
    );
  }
}
