import { Migration } from '@mikro-orm/migrations';

/** Templates that administrators write, and their published versions. */
export class Migration20261201000000 extends Migration {
  override up(): void {
    this.addSql(`create table notifications.templates (
      id uuid not null,
      name text not null,
      built_in boolean not null,
      description text null,
      category text not null,
      default_locale text not null,
      variables jsonb not null,
      example_data jsonb not null,
      contents jsonb not null,
      published_version int null,
      versions int not null default 0,
      draft_changed boolean not null,
      version int not null default 1,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      primary key (id)
    )`);
    this.addSql(
      `alter table notifications.templates add constraint templates_name_built_in_unique unique (name, built_in)`,
    );
    this.addSql(`create table notifications.template_versions (
      id uuid not null,
      template_id uuid not null,
      number int not null,
      category text not null,
      draft jsonb not null,
      compiled jsonb not null,
      published_at timestamptz(3) not null,
      published_by uuid not null,
      expires_at timestamptz(3) null,
      primary key (id)
    )`);
    this.addSql(
      `create unique index template_versions_template_id_number_index on notifications.template_versions (template_id, number) where expires_at is null`,
    );
    this.addSql(
      `create index template_versions_expires_at_index on notifications.template_versions (expires_at)`,
    );
  }
}
