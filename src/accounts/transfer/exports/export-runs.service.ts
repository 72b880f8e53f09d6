import { Injectable, Logger } from '@nestjs/common';
import { exceedsYourPermissions } from '../../auth/index.js';
import { Requesters, type StoredCaller } from '../requesters.js';
import type { Transfer } from '../transfer.entity.js';
import { CHUNK_BYTES, TransferFiles } from '../transfer-files.js';
import { TransfersService } from '../transfers.service.js';
import { ExportedUsers } from './exported-users.js';
import { exportAllUsers } from './exports.permissions.js';

/** Whole rows, which follow those in the chunks before. */
interface WrittenChunk {
  readonly number: number;
  readonly bytes: Buffer;
  readonly rows: number;
  /** The ID of the last row, or of the last one before if there are no rows. */
  readonly lastId: string | null;
  readonly isLast: boolean;
}

/** Writes all users to a file, chunk by chunk. Each is committed with the position where the next one starts. */
@Injectable()
export class ExportRuns {
  private readonly logger = new Logger(ExportRuns.name);

  constructor(
    private readonly transfers: TransfersService,
    private readonly files: TransferFiles,
    private readonly users: ExportedUsers,
    private readonly requesters: Requesters,
  ) {}

  /** Writes what is left of a file. @throws an error after which a further run goes on */
  async run(id: string, signal: AbortSignal): Promise<void> {
    const transfer = await this.transfers.begin(id);
    if (!transfer) {
      return;
    }
    const caller = this.transfers.optionsOf(transfer) as StoredCaller;
    try {
      const total = transfer.rowsTotal || (await this.users.count());
      for await (const chunk of this.chunks(transfer)) {
        signal.throwIfAborted();
        if (!(await this.commit(id, chunk, total, caller))) {
          return;
        }
      }
      this.logger.log(`export ${id} is complete`);
    } catch (error) {
      await this.fail(id, error);
    }
  }

  /** Rows from where the last run stopped. The last chunk may be empty. */
  private async *chunks({ chunksDone, lastId }: Transfer): AsyncGenerator<WrittenChunk, void> {
    let number = chunksDone;
    let last = lastId ?? null;
    let lines: Buffer[] = [];
    let size = 0;
    const take = (isLast: boolean): WrittenChunk => {
      const chunk = { number, bytes: Buffer.concat(lines), rows: lines.length, lastId: last, isLast };
      [number, lines, size] = [number + 1, [], 0];
      return chunk;
    };
    for await (const { id, line } of this.users.rows(last)) {
      lines.push(line);
      size += line.length;
      last = id;
      if (size >= CHUNK_BYTES) {
        yield take(false);
      }
    }
    yield take(true);
  }

  /**
   * @returns false if the export was canceled, or another run has written the chunk
   * @throws Problem `exceeds-your-permissions` if the administrator may no longer do this
   */
  private commit(id: string, chunk: WrittenChunk, rowsTotal: number, caller: StoredCaller): Promise<boolean> {
    const { number, bytes, rows, lastId, isLast } = chunk;
    const isNext = ({ chunksDone }: Transfer): boolean => chunksDone === number;
    return this.transfers.advance(id, isNext, async (em, transfer) => {
      await this.requesters.require(em, transfer, caller, exportAllUsers);
      if (rows > 0) {
        await this.files.append(em, transfer, bytes);
      }
      em.assign(transfer, { rowsTotal, lastId, succeeded: transfer.succeeded + rows });
      if (isLast) {
        await this.transfers.end(em, transfer, 'completed');
      }
    });
  }

  /** @throws `error` if it's not about the administrator */
  private async fail(id: string, error: unknown): Promise<void> {
    if (!exceedsYourPermissions.is(error)) {
      throw error;
    }
    const { code } = exceedsYourPermissions;
    await this.transfers.advance(
      id,
      () => true,
      (em, transfer) => this.transfers.end(em, transfer, 'failed', code),
    );
    this.logger.warn(`export ${id} has failed: ${code}`);
  }
}
