import { Migration } from '@mikro-orm/migrations';

/** Addresses that no emails are sent to, and what mail servers and providers have said about emails that were sent. */
export class Migration20261208000000 extends Migration {
  override up(): void {
    this.addSql(`create table notifications.suppressions (
      id uuid not null,
      email_index text not null,
      email_sealed text not null,
      user_id uuid null,
      reason text not null,
      detail text null,
      created_at timestamptz(3) not null,
      expires_at timestamptz(3) null,
      primary key (id)
    )`);
    this.addSql(`create unique index suppressions_email_unique on notifications.suppressions (email_index)`);
    this.addSql(`create index suppressions_user_index on notifications.suppressions (user_id)`);
    this.addSql(`create index suppressions_expires_at_index on notifications.suppressions (expires_at)`);
    this.addSql(
      `alter table notifications.suppressions add constraint suppressions_reason_check check (reason in ('bounce', 'complaint', 'manual'))`,
    );
    this.addSql(
      `alter table notifications.deliveries add column feedback text null, add column feedback_reason text null`,
    );
    this.addSql(
      `alter table notifications.deliveries add constraint deliveries_feedback_check check (feedback in ('delivered', 'bounced', 'complained')) not valid`,
    );
  }
}
