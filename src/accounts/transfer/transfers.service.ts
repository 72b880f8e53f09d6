import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock, IdSource } from '#libs/clock';
import { Sealer } from '#libs/crypto';
import { Database } from '#libs/database';
import { Outbox } from '#libs/messaging';
import { AuditLog, jobCanceled, jobRetried } from '../audit/index.js';
import { Transfer } from './transfer.entity.js';
import {
  deleteChunks,
  deleteTransfer,
  expireChunks,
  findChunk,
  lockTransfer,
} from './transfer.repository.js';
import { CHUNK_BYTES } from './transfer-files.js';
import { kindOf } from './transfer-tasks.js';

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
    private readonly audit: AuditLog,
    private readonly clock: Clock,
    private readonly ids: IdSource,
  ) {}

  /** Makes a place for a file that arrives. If the rest of it never does, that's gone after an hour. */
  async receive(given: NewTransfer): Promise<{ id: string; fileExpiresAt: Date }> {
    const now = this.clock.now();
    const transfer = this.newTransfer(given, now);
    const expiresAt = new Date(now.getTime() + HOUR_MS);
    await this.database.run((em) => em.insert(Transfer, { ...transfer, state: 'receiving', expiresAt }));
    return { id: transfer.id, fileExpiresAt: transfer.expiresAt };
  }

  /** Forgets a file that didn't arrive. */
  async discard(id: string): Promise<void> {
    await this.database.run((em) => deleteTransfer(em, id));
  }

  /** Starts an export, in the caller's transaction. @param user whose data it is, if it's all of one user */
  async start(
    em: EntityManager,
    { user = null, ...given }: NewTransfer & { readonly user?: string | null },
  ): Promise<string> {
    const transfer = this.newTransfer(given, this.clock.now());
    await em.insert(Transfer, { ...transfer, state: 'waiting', user });
    await this.appendTask(em, transfer);
    return transfer.id;
  }

  /** Lets a worker begin, in the caller's transaction. @param bytesTotal the size of the file that has arrived */
  async enqueue(em: EntityManager, id: string, bytesTotal: number): Promise<void> {
    const transfer = await em.findOneOrFail(Transfer, { id });
    const expiresAt = new Date(transfer.createdAt.getTime() + KEPT_MS);
    em.assign(transfer, { state: 'waiting', bytesTotal, expiresAt });
    await em.flush();
    await this.appendTask(em, transfer);
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

  /**
   * Does a part of a transfer, in one transaction with where it goes on.
   * @param isNext whether this part is the next one, of the transfer as it is now
   * @returns false, without any effect, if the transfer is over, or another run has done this part
   */
  advance(
    id: string,
    isNext: (transfer: Transfer) => boolean,
    work: (em: EntityManager, transfer: Transfer) => Promise<void>,
  ): Promise<boolean> {
    return this.database.transaction(async (em) => {
      const transfer = await lockTransfer(em, id);
      if (transfer?.state !== 'active' || !isNext(transfer)) {
        return false;
      }
      await work(em, transfer);
      await em.flush();
      return true;
    });
  }

  optionsOf({ id, optionsSealed }: Transfer): unknown {
    return this.sealer.openJson(optionsSealed, contextOf(id));
  }

  /**
   * Ends a locked transfer in the caller's transaction. After a failure, the file is kept for a day, to try again. That of an
   * export is kept as long, to be fetched.
   */
  async end(
    em: EntityManager,
    transfer: Transfer,
    state: 'completed' | 'failed' | 'canceled',
    error: string | null = null,
  ): Promise<void> {
    const now = this.clock.now();
    em.assign(transfer, { state, error, finishedAt: now });
    await em.flush();
    const { task, isExport } = kindOf(transfer.type);
    if (state === 'failed' || (state === 'completed' && isExport)) {
      await expireChunks(em, transfer.id, fileExpiryOf(now));
    } else {
      await deleteChunks(em, transfer.id);
    }
    await this.outbox.settle(em, task, transfer.id);
  }

  /** What is done stays done. @returns false if it's over */
  cancel(id: string): Promise<boolean> {
    return this.database.transaction(async (em) => {
      const transfer = await lockTransfer(em, id);
      if (!transfer || !isPending(transfer)) {
        return false;
      }
      await this.end(em, transfer, 'canceled');
      const changes = { done: { from: 0, to: transfer.succeeded } };
      await this.audit.record(em, jobCanceled, { target: id, changes });
      return true;
    });
  }

  /** Resumes a transfer that has failed, where it stopped. @returns false if it hasn't, or its file is gone */
  retry(id: string): Promise<boolean> {
    return this.database.transaction(async (em) => {
      const transfer = await lockTransfer(em, id);
      if (transfer?.state !== 'failed' || !(await this.hasFile(em, transfer))) {
        return false;
      }
      await expireChunks(em, id, transfer.expiresAt);
      em.assign(transfer, { state: 'waiting', error: null, finishedAt: null });
      await em.flush();
      await this.appendTask(em, transfer);
      await this.audit.record(em, jobRetried, { target: id });
      return true;
    });
  }

  private newTransfer({ type, requestedBy, options }: NewTransfer, createdAt: Date) {
    const id = this.ids.next(createdAt);
    return {
      id,
      type,
      requestedBy,
      optionsSealed: this.sealer.sealJson(options, contextOf(id)),
      createdAt,
      expiresAt: new Date(createdAt.getTime() + KEPT_MS),
    };
  }

  private appendTask(
    em: EntityManager,
    { id, type, requestedBy }: Pick<Transfer, 'id' | 'type' | 'requestedBy'>,
  ): Promise<void> {
    return this.outbox.appendTask(em, kindOf(type).task, id, requestedBy);
  }

  /** Whether what a failed transfer needs to go on is still there: of an export, what it has written. */
  private async hasFile(em: EntityManager, { id, type, bytesDone, finishedAt }: Transfer): Promise<boolean> {
    if (kindOf(type).isExport) {
      return !!finishedAt && fileExpiryOf(finishedAt) > this.clock.now();
    }
    const chunk = Math.floor(Math.max(bytesDone - 1, 0) / CHUNK_BYTES);
    return (await findChunk(em, id, chunk)) !== undefined;
  }
}

/** @returns until when a file is kept whose transfer has ended at this time */
export function fileExpiryOf(endedAt: Date): Date {
  return new Date(endedAt.getTime() + DAY_MS);
}

function isPending({ state }: Transfer): boolean {
  return state === 'waiting' || state === 'active';
}

function contextOf(id: string): string {
  return `transfer:${id}:options`;
}
