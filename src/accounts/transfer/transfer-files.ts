import { Injectable } from '@nestjs/common';
import { Sealer } from '#libs/crypto';
import { Database } from '#libs/database';
import { findChunk, insertChunk } from './transfer.repository.js';

/** All chunks of a file have this size except for the last one, so that a position says in which chunk it is. */
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

  /** Reads a file, from a position on. Holds one chunk in memory. */
  async *read(transfer: string, from = 0): AsyncGenerator<Buffer, void> {
    let skipped = from % CHUNK_BYTES;
    for (let number = Math.floor(from / CHUNK_BYTES); ; number += 1) {
      const sealed = await this.database.run((em) => findChunk(em, transfer, number));
      if (sealed === undefined) {
        return;
      }
      const bytes = this.sealer.openBytes(sealed, contextOf(transfer, number));
      yield bytes.subarray(skipped);
      skipped = 0;
    }
  }
}

function contextOf(transfer: string, number: number): string {
  return `transfer:${transfer}:${number}`;
}
