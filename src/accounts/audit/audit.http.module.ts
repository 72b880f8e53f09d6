import { Global, Module } from '@nestjs/common';
import { AuditController } from './audit.controller.js';
import { AuditModule } from './audit.module.js';
import { AuditOrigin } from './audit-origin.js';
import { HttpOrigin } from './http-origin.js';
import { OwnHistoryController } from './own-history.controller.js';

/** Global, because what records events knows no transport, and gets the origin from whichever there is. */
@Global()
@Module({
  imports: [AuditModule],
  controllers: [AuditController, OwnHistoryController],
  providers: [{ provide: AuditOrigin, useClass: HttpOrigin }],
  exports: [AuditOrigin],
})
export class AuditHttpModule {}
