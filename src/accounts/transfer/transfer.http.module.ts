import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { IdempotencyModule } from '#libs/idempotency';
import { AuditModule } from '../audit/index.js';
import { RoleAuthorityModule } from '../auth/index.js';
import { accountsSchema } from '../migrations/index.js';
import { UsersModule } from '../users/index.js';
import { ExportsController } from './exports/exports.controller.js';
import { ExportsService } from './exports/exports.service.js';
import { ImportErrors } from './imports/import-errors.service.js';
import { ImportsController } from './imports/imports.controller.js';
import { ImportsService } from './imports/imports.service.js';
import { AccountExportsController } from './personal/account-exports.controller.js';
import { AccountExports } from './personal/account-exports.service.js';
import { TransferModule } from './transfer.module.js';
import { TransferTracker } from './transfer.tracker.js';
import { WrittenFiles } from './written-files.service.js';

@Module({
  imports: [
    AuditModule,
    DatabaseModule.forFeature(accountsSchema),
    IdempotencyModule.forSchema(accountsSchema),
    RoleAuthorityModule,
    TransferModule,
    UsersModule,
  ],
  controllers: [AccountExportsController, ExportsController, ImportsController],
  providers: [AccountExports, ExportsService, ImportErrors, ImportsService, TransferTracker, WrittenFiles],
})
export class TransferHttpModule {}
