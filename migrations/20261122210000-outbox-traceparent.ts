import { Migration } from '@mikro-orm/migrations';

/**
 * Where a trace goes on after the outbox. Nullable and without a default, so that the tables are not rewritten, their
 * locks are short, and the previous release, which names its columns, goes on as before.
 */
export class Migration20261122210000 extends Migration {
  override up(): void {
    this.addSql(`alter table accounts.outbox add column traceparent text null`);
    this.addSql(`alter table notifications.outbox add column traceparent text null`);
  }
}
