import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { collectUserData } from '#libs/contracts';
import { Database } from '#libs/database';
import { Outbox } from '#libs/messaging';
import type { Transfer } from '../transfer.entity.js';
import { CHUNK_BYTES, TransferFiles } from '../transfer-files.js';
import { deleteChunks } from '../transfer.repository.js';
import { TransfersService } from '../transfers.service.js';
import { AccountDocument } from './account-document.js';
import { accountExportTask } from './export-account.job.js';

/**
 * Writes what this service has about a user, and asks the other service for the rest. A run begins anew, since it takes
 * seconds. What an earlier one still does has no effect.
 */
@Injectable()
export class AccountExportRuns {
  constructor(
    private readonly database: Database,
    private readonly transfers: TransfersService,
    private readonly files: TransferFiles,
    private readonly document: AccountDocument,
    private readonly outbox: Outbox,
  ) {}

  /** @throws an error after which a further run tries again */
  async run(id: string, signal: AbortSignal): Promise<void> {
    const transfer = await this.transfers.begin(id);
    const user = transfer?.user;
    if (!transfer || !user) {
      // It may have gone with the account.
      await this.database.transaction((em) => this.outbox.settle(em, accountExportTask, id));
      return;
    }
    const started = await this.change(transfer, async (em, locked) => {
      await deleteChunks(em, id);
      em.assign(locked, { chunksDone: 0, bytesDone: 0, rowsTotal: 1 });
    });
    if (started) {
      await this.database.run((em) => this.write(em, transfer, user, signal));
    }
  }

  private async write(em: EntityManager, run: Transfer, user: string, signal: AbortSignal): Promise<void> {
    let pending: string[] = [];
    let size = 0;
    for await (const text of this.document.begin(em, user)) {
      signal.throwIfAborted();
      pending.push(text);
      size += text.length;
      if (size >= CHUNK_BYTES) {
        if (!(await this.append(run, pending.join('')))) {
          return;
        }
        [pending, size] = [[], 0];
      }
    }
    await this.append(run, pending.join(''), async (inner) => {
      const { id: exportId, attempts: attempt } = run;
      await this.outbox.append(inner, collectUserData, user, { exportId, attempt });
      await this.outbox.settle(inner, accountExportTask, exportId);
    });
  }

  private append(
    run: Transfer,
    text: string,
    then: (em: EntityManager) => Promise<void> = () => Promise.resolve(),
  ): Promise<boolean> {
    return this.change(run, async (em, locked) => {
      await this.files.append(em, locked, Buffer.from(text));
      await then(em);
    });
  }

  /** @returns false, without any effect, if the export was canceled, or another run has begun */
  private change(
    { id, attempts }: Transfer,
    work: (em: EntityManager, locked: Transfer) => Promise<void>,
  ): Promise<boolean> {
    return this.transfers.advance(id, (locked) => locked.attempts === attempts, work);
  }
}
