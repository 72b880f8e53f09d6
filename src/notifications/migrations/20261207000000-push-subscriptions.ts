import { Migration } from '@mikro-orm/migrations';

/** Browsers of users that get push notifications. */
export class Migration20261207000000 extends Migration {
  override up(): void {
    this.addSql(`create table notifications.push_subscriptions (
      id uuid not null,
      user_id uuid not null,
      endpoint_index text not null,
      sealed text not null,
      expires_at timestamptz(3) null,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      primary key (id)
    )`);
    this.addSql(`alter table notifications.push_subscriptions
      add constraint push_subscriptions_endpoint_unique unique (endpoint_index)`);
    this.addSql('create index push_subscriptions_user_index on notifications.push_subscriptions (user_id)');
  }
}
