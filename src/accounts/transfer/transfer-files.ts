import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { defineExpiringColumn, Sealer } from '#libs/crypto';
import { Database } from '#libs/database';
import type { Transfer } from './transfer.entity.js';
import { findChunk, insertChunk } from './transfer.repository.js';

/**
 * All chunks of a file that was sent to us have this size except for the last one, so that a position says in which chunk it
 * is. Those of a file that we write end with a row, so they are a little larger.
 */
export const CHUNK_BYTES = 64 * 1024;

/** Files of transfers: in PostgreSQL, so that any process can go on with them, and sealed. */
@Injectable()
export class TransferFiles {
  constructor(
    private readonly database: Database,
    private readonly sealer: Sealer,
  ) {}

  /**
   * Stores a file while it arrives. Holds one chunk in memory.
   * @param onBytes is called with the size so far. What it throws ends this
   * @returns the size in bytes
   */
  async write(
    transfer: string,
    source: AsyncIterable<Buffer>,
    expiresAt: Date,
    onBytes: (bytes: number) => void = () => undefined,
  ): Promise<number> {
    let pending: Buffer[] = [];
    let pendingBytes = 0;
    let stored = 0;
    const store = async (bytes: Buffer): Promise<void> => {
      const number = stored;
      const sealed = this.sealer.seal(bytes, contextOf(transfer, number));
      await this.database.run((em) => insertChunk(em, { transfer, number, sealed, expiresAt }));
      stored += 1;
    };
    for await (const part of source) {
      pending.push(part);
      pendingBytes += part.length;
      onBytes(stored * CHUNK_BYTES + pendingBytes);
      while (pendingBytes >= CHUNK_BYTES) {
        const bytes = Buffer.concat(pending);
        await store(bytes.subarray(0, CHUNK_BYTES));
        pending = [bytes.subarray(CHUNK_BYTES)];
        pendingBytes -= CHUNK_BYTES;
      }
    }
    const size = stored * CHUNK_BYTES + pendingBytes;
    if (pendingBytes > 0) {
      await store(Buffer.concat(pending));
    }
    return size;
  }

  /** Adds a chunk to the file that a locked transfer writes, in the caller's transaction, which flushes. */
  async append(em: EntityManager, transfer: Transfer, bytes: Buffer): Promise<void> {
    const { id, chunksDone: number, bytesDone, expiresAt } = transfer;
    const sealed = this.sealer.seal(bytes, contextOf(id, number));
    await insertChunk(em, { transfer: id, number, sealed, expiresAt });
    em.assign(transfer, { chunksDone: number + 1, bytesDone: bytesDone + bytes.length });
  }

  /**
   * Reads a file that we have written. Holds one chunk in memory, and no connection while the reader takes its time.
   * @throws Error if one of the chunks is gone, since whoever reads must not take a part of a file for the whole
   */
  async *readWritten({ id, chunksDone }: Pick<Transfer, 'id' | 'chunksDone'>): AsyncGenerator<Buffer, void> {
    for (let number = 0; number < chunksDone; number += 1) {
      const bytes = await this.open(id, number);
      if (bytes === undefined) {
        throw new Error(`chunk ${number} of the export ${id} is gone`);
      }
      yield bytes;
    }
  }

  /** Reads a file that was sent to us, from a position on. Holds one chunk in memory. */
  async *read(transfer: string, from = 0): AsyncGenerator<Buffer, void> {
    let skipped = from % CHUNK_BYTES;
    for (let number = Math.floor(from / CHUNK_BYTES); ; number += 1) {
      const bytes = await this.open(transfer, number);
      if (bytes === undefined) {
        return;
      }
      yield bytes.subarray(skipped);
      skipped = 0;
    }
  }

  private async open(transfer: string, number: number): Promise<Buffer | undefined> {
    const sealed = await this.database.run((em) => findChunk(em, transfer, number));
    return sealed === undefined ? undefined : this.sealer.openBytes(sealed, contextOf(transfer, number));
  }
}

function contextOf(transfer: string, number: number): string {
  return `transfer:${transfer}:${number}`;
}

defineExpiringColumn('accounts.transfer_chunks.sealed', {
  ring: 'ENCRYPTION_KEYS',
  expires: 'expires_at',
  until: 'at most 30 days',
});
