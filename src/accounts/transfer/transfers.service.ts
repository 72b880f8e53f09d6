import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock, IdSource } from '#libs/clock';
import { Sealer } from '#libs/crypto';
import { Database } from '#libs/database';
import { Outbox } from '#libs/messaging';
import { Transfer } from './transfer.entity.js';
import {
  deleteChunks,
  deleteTransfer,
  expireChunks,
  findChunk,
  lockTransfer,
} from './transfer.repository.js';
import { CHUNK_BYTES } from './transfer-files.js';
import { taskOf } from './transfer-tasks.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How long the outcome can be looked up. */
const KEPT_MS = 30 * DAY_MS;

export interface NewTransfer {
  readonly type: string;
  readonly requestedBy: string;
  readonly options: object;
}

/** What all transfers have in common: they begin, end, can be canceled, and resumed after a failure. */
@Injectable()
export class TransfersService {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly sealer: Sealer,
    private readonly clock: Clock,
    private readonly ids: IdSource,
  ) {}

  /** Makes a place for a file that arrives. If the rest of it never does, that's gone after an hour. */
  async receive({ type, requestedBy, options }: NewTransfer): Promise<{ id: string; fileExpiresAt: Date }> {
    const now = this.clock.now();
    const id = this.ids.next(now);
    await this.database.run((em) =>
      em.insert(Transfer, {
        id,
        type,
        state: 'receiving',
        requestedBy,
        optionsSealed: this.sealer.sealJson(options, contextOf(id)),
        createdAt: now,
        expiresAt: new Date(now.getTime() + HOUR_MS),
      }),
    );
    return { id, fileExpiresAt: new Date(now.getTime() + KEPT_MS) };
  }

  /** Forgets a file that didn't arrive. */
  async discard(id: string): Promise<void> {
    await this.database.run((em) => deleteTransfer(em, id));
  }

  /** Lets a worker begin, in the caller's transaction. @param bytesTotal the size of the file that has arrived */
  async enqueue(em: EntityManager, id: string, bytesTotal: number): Promise<void> {
    const transfer = await em.findOneOrFail(Transfer, { id });
    const expiresAt = new Date(transfer.createdAt.getTime() + KEPT_MS);
    em.assign(transfer, { state: 'waiting', bytesTotal, expiresAt });
    await em.flush();
    await this.outbox.appendTask(em, taskOf(transfer.type), id, transfer.requestedBy);
  }

  /** Begins or resumes a transfer. @returns null if it's over */
  begin(id: string): Promise<Transfer | null> {
    return this.database.transaction(async (em) => {
      const transfer = await lockTransfer(em, id);
      if (!transfer || !isPending(transfer)) {
        return null;
      }
      em.assign(transfer, { state: 'active', attempts: transfer.attempts + 1 });
      await em.flush();
      return transfer;
    });
  }

  optionsOf({ id, optionsSealed }: Transfer): unknown {
    return this.sealer.openJson(optionsSealed, contextOf(id));
  }

  /** Ends a locked transfer in the caller's transaction. After a failure, the file is kept for a day, to try again. */
  async end(
    em: EntityManager,
    transfer: Transfer,
    state: 'completed' | 'failed' | 'canceled',
    error: string | null = null,
  ): Promise<void> {
    const now = this.clock.now();
    em.assign(transfer, { state, error, finishedAt: now });
    await em.flush();
    if (state === 'failed') {
      await expireChunks(em, transfer.id, new Date(now.getTime() + DAY_MS));
    } else {
      await deleteChunks(em, transfer.id);
    }
    await this.outbox.settle(em, taskOf(transfer.type), transfer.id);
  }

  /** What is done stays done. @returns false if it's over */
  cancel(id: string): Promise<boolean> {
    return this.database.transaction(async (em) => {
      const transfer = await lockTransfer(em, id);
      if (!transfer || !isPending(transfer)) {
        return false;
      }
      await this.end(em, transfer, 'canceled');
      return true;
    });
  }

  /** Resumes a transfer that has failed, where it stopped. @returns false if it hasn't, or its file is gone */
  retry(id: string): Promise<boolean> {
    return this.database.transaction(async (em) => {
      const transfer = await lockTransfer(em, id);
      const chunk = transfer && Math.floor(Math.max(transfer.bytesDone - 1, 0) / CHUNK_BYTES);
      if (transfer?.state !== 'failed' || chunk === null || !(await findChunk(em, id, chunk))) {
        return false;
      }
      await expireChunks(em, id, transfer.expiresAt);
      em.assign(transfer, { state: 'waiting', error: null, finishedAt: null });
      await em.flush();
      await this.outbox.appendTask(em, taskOf(transfer.type), id, transfer.requestedBy);
      return true;
    });
  }
}

function isPending({ state }: Transfer): boolean {
  return state === 'waiting' || state === 'active';
}

function contextOf(id: string): string {
  return `transfer:${id}:options`;
}
