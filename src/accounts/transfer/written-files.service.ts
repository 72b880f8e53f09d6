import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { AuditEventType } from '#libs/audit';
import { Clock } from '#libs/clock';
import { Database } from '#libs/database';
import { AuditLog } from '../audit/index.js';
import { exportNotFound, exportNotReady } from './export.errors.js';
import { TransferFiles } from './transfer-files.js';
import { findTransfer } from './transfer.repository.js';
import { fileExpiryOf } from './transfers.service.js';

/** The file of an export. */
export interface WrittenFile {
  readonly bytes: number;
  readonly createdAt: Date;
  /** Read while it's sent. */
  readonly content: AsyncIterable<Buffer>;
}

/** Which file, for whom. */
interface Wanted {
  readonly id: string;
  /** The name of the job that has written it. */
  readonly type: string;
  readonly userId: string;
}

/** Gives the files of exports to those who started them. */
@Injectable()
export class WrittenFiles {
  constructor(
    private readonly database: Database,
    private readonly files: TransferFiles,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /** @throws Problem `export-not-found`, `export-not-ready` */
  find(wanted: Wanted): Promise<WrittenFile> {
    return this.database.run((em) => this.require(em, wanted));
  }

  /**
   * Like `find`, for someone who reads it, which is recorded first.
   * @throws Problem `export-not-found`, `export-not-ready`
   */
  open(wanted: Wanted, event: AuditEventType, subject?: string): Promise<WrittenFile> {
    return this.database.transaction(async (em) => {
      const file = await this.require(em, wanted);
      await this.audit.record(em, event, { target: wanted.id, subject });
      return file;
    });
  }

  private async require(em: EntityManager, { id, type, userId }: Wanted): Promise<WrittenFile> {
    const transfer = await findTransfer(em, id);
    if (transfer?.type !== type || transfer.requestedBy !== userId || transfer.state === 'canceled') {
      throw exportNotFound();
    }
    const { state, finishedAt, bytesDone: bytes, chunksDone, createdAt } = transfer;
    if (state !== 'completed' || !finishedAt) {
      throw exportNotReady(
        state === 'failed'
          ? { detail: 'The export has failed. Start a new one, or have its job retried.' }
          : {},
      );
    }
    // The purge may not have run yet. Or a later export has replaced it.
    if (fileExpiryOf(finishedAt) <= this.clock.now() || chunksDone === 0) {
      throw exportNotFound();
    }
    return { bytes, createdAt, content: this.files.readWritten(transfer) };
  }
}
