import { Injectable, Logger } from '@nestjs/common';
import { exceedsYourPermissions } from '../../auth/index.js';
import { readAhead } from '../read-ahead.js';
import { Transfer } from '../transfer.entity.js';
import { TransferFiles } from '../transfer-files.js';
import { TransfersService } from '../transfers.service.js';
import {
  type FilePosition,
  type FileRow,
  MalformedFileError,
  readColumns,
  readCsv,
  readNdjson,
} from './file-rows.js';
import { ImportBatches, type ImportedBatch } from './import-batches.service.js';
import { compileMapping } from './import-mapping.js';
import type { StoredImport } from './import-options.js';
import { type ImportedUser, toImportedUser } from './imported-user.js';
import type { RowError } from '../transfer.repository.js';

/** What a batch costs apart from its rows doesn't matter any more. */
const BATCH_ROWS = 1_000;
/** Of the file. A row may have 100 KB, and is in memory several times. */
const BATCH_BYTES = 1024 * 1024;
/** Hashing a password takes 20 ms, and an invitation several statements. */
const BATCH_SLOW_ROWS = 50;

/** Imports files, a batch of rows after the other. Each is committed with the position where the next one starts. */
@Injectable()
export class ImportRuns {
  private readonly logger = new Logger(ImportRuns.name);

  constructor(
    private readonly transfers: TransfersService,
    private readonly files: TransferFiles,
    private readonly batches: ImportBatches,
  ) {}

  /** Imports what is left of a file. @throws an error after which a further run goes on */
  async run(id: string, signal: AbortSignal): Promise<void> {
    const transfer = await this.transfers.begin(id);
    if (!transfer) {
      return;
    }
    const options = this.transfers.optionsOf(transfer) as StoredImport;
    try {
      for await (const batch of readAhead(this.read(transfer, options))) {
        signal.throwIfAborted();
        if (!(await this.batches.import(id, batch, options))) {
          return;
        }
      }
      this.logger.log(`import ${id} is complete`);
    } catch (error) {
      await this.fail(id, error);
    }
  }

  /** @throws `error` if it's not about the file or the administrator */
  private async fail(id: string, error: unknown): Promise<void> {
    const isMalformed = error instanceof MalformedFileError;
    if (!isMalformed && !exceedsYourPermissions.is(error)) {
      throw error;
    }
    const code = isMalformed ? 'malformed-file' : exceedsYourPermissions.code;
    await this.transfers.advance(
      id,
      () => true,
      async (em, transfer) => {
        await this.transfers.end(em, transfer, 'failed', code);
        await this.batches.keepErrors(em, transfer, isMalformed ? [error.error] : []);
      },
    );
    this.logger.warn(`import ${id} has failed: ${code}`);
  }

  /** Rows from where the last run stopped. The last batch may be empty. */
  private async *read(
    { id, bytesDone, linesDone }: Transfer,
    options: StoredImport,
  ): AsyncGenerator<ImportedBatch, void> {
    const mapping = options.mapping && compileMapping(options.mapping);
    const isText = mapping !== null || options.format === 'csv';
    let start: FilePosition = { bytes: bytesDone, lines: linesDone };
    let end = start;
    let users: ImportedUser[] = [];
    let errors: RowError[] = [];
    let failed = 0;
    let slow = 0;
    const take = (isLast: boolean): ImportedBatch => {
      const batch = { start, end, users, errors, failed, isLast };
      [start, users, errors, failed, slow] = [end, [], [], 0, 0];
      return batch;
    };
    try {
      for await (const row of this.rows(id, start, options)) {
        end = row.end;
        const user = row.errors ?? toImportedUser(mapping ? mapping(row.row) : row.row, end.lines, isText);
        if ('line' in user) {
          users.push(user);
          slow += user.password !== undefined || user.invite ? 1 : 0;
        } else {
          errors.push(...user);
          failed += 1;
        }
        const isFull = users.length + failed >= BATCH_ROWS || end.bytes - start.bytes >= BATCH_BYTES;
        if (isFull || slow >= BATCH_SLOW_ROWS) {
          yield take(false);
        }
      }
    } catch (error) {
      // What came before is good.
      yield take(false);
      throw error;
    }
    yield take(true);
  }

  private async *rows(id: string, start: FilePosition, { format }: StoredImport): AsyncGenerator<FileRow> {
    const source = this.files.read(id, start.bytes);
    if (format === 'ndjson') {
      yield* readNdjson(source, start);
    } else {
      yield* readCsv(source, start, start.bytes === 0 ? undefined : await readColumns(this.files.read(id)));
    }
  }
}
