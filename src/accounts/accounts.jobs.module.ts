import { Module } from '@nestjs/common';
import { accounts } from '#libs/contracts';
import { IdempotencyModule } from '#libs/idempotency';
import { MessageRelayModule } from '#libs/messaging';
import { PurgeModule } from '#libs/purge';
import { accountsSchema } from './migrations/index.js';
import { AuthJobsModule } from './auth/auth.jobs.module.js';
import { IdempotencyKeysPurge } from './idempotency-keys.purge.js';

/** The service's background work: relays its messages and deletes expired data. */
@Module({
  imports: [
    MessageRelayModule.forService(accounts, accountsSchema),
    PurgeModule.forJob(accounts.purge),
    IdempotencyModule.forSchema(accountsSchema),
    AuthJobsModule,
  ],
  providers: [IdempotencyKeysPurge],
})
export class AccountsJobsModule {}
