import { Module } from '@nestjs/common';
import { accounts } from '#libs/contracts';
import { IdempotencyModule, idempotencyKeysPurge } from '#libs/idempotency';
import { KeyRotationJobsModule } from '#libs/key-rotation';
import { MessageRelayModule } from '#libs/messaging';
import { PurgeModule } from '#libs/purge';
import { SagaModule } from '#libs/saga';
import { accountsSchema } from './migrations/index.js';
import { AdministrationJobsModule } from './administration/administration.jobs.module.js';
import { AuditJobsModule } from './audit/audit.jobs.module.js';
import { AuthJobsModule } from './auth/auth.jobs.module.js';
import { DeletionJobsModule } from './deletion/deletion.jobs.module.js';
import { IpRulesJobsModule } from './ip-rules/ip-rules.jobs.module.js';
import { TransferJobsModule } from './transfer/transfer.jobs.module.js';
import { UsersJobsModule } from './users/users.jobs.module.js';
import { accountsKeys } from './rotate-keys.js';
import { resumeSagas } from './resume-sagas.job.js';

/** The service's background work: relays its messages, lets its sagas go on, and deletes expired data. */
@Module({
  imports: [
    MessageRelayModule.forService(accounts, accountsSchema),
    KeyRotationJobsModule.forService(accountsKeys, accountsSchema),
    PurgeModule.forJob(accounts.purge),
    SagaModule.forJob(resumeSagas),
    IdempotencyModule.forSchema(accountsSchema),
    AdministrationJobsModule,
    AuditJobsModule,
    AuthJobsModule,
    DeletionJobsModule,
    IpRulesJobsModule,
    TransferJobsModule,
    UsersJobsModule,
  ],
  providers: [idempotencyKeysPurge(accounts.purge)],
})
export class AccountsJobsModule {}
