import { Migration } from '@mikro-orm/migrations';

/** Webhooks that get events about the same subject one after the other. */
export class Migration20261205000000 extends Migration {
  override up(): void {
    this.addSql(`alter table notifications.webhooks add column ordering text not null default 'none'`);
    this.addSql(
      `alter table notifications.webhooks add constraint webhooks_ordering_check check (ordering in ('none', 'subject'))`,
    );
    this.addSql(
      `alter table notifications.webhook_deliveries add column in_order boolean not null default false`,
    );
    // Both are empty at first, and only have deliveries of ordered webhooks that aren't over.
    this.addSql(
      `create index webhook_deliveries_order_index on notifications.webhook_deliveries (webhook_id, subject, event_id) where in_order and state in ('pending', 'sending', 'held')`,
    );
    this.addSql(
      `create index webhook_deliveries_sending_index on notifications.webhook_deliveries (webhook_id, subject) where in_order and state = 'sending'`,
    );
  }
}
