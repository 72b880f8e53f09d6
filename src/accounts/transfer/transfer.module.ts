import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { MessagingModule } from '#libs/messaging';
import { AuditModule } from '../audit/index.js';
import { accountsSchema } from '../migrations/index.js';
import { TransferChunk } from './transfer-chunk.entity.js';
import { TransferError } from './transfer-error.entity.js';
import { TransferFiles } from './transfer-files.js';
import { Transfer } from './transfer.entity.js';
import { TransfersService } from './transfers.service.js';

/** For the API, which takes and gives files, and for workers, which read and write them. */
@Module({
  imports: [
    DatabaseModule.forFeature(accountsSchema, Transfer, TransferChunk, TransferError),
    MessagingModule.forSchema(accountsSchema),
    AuditModule,
  ],
  providers: [TransferFiles, TransfersService],
  exports: [TransferFiles, TransfersService],
})
export class TransferModule {}
