import { Injectable } from '@nestjs/common';
import { Database } from '#libs/database';
import { IdempotencyStore } from '#libs/idempotency';
import { invalidInput, payloadTooLarge } from '#libs/problem';
import { writeUsers } from '../../administration/index.js';
import { AuditLog } from '../../audit/index.js';
import { type Administrator, RoleAuthority } from '../../auth/index.js';
import { TransferFiles } from '../transfer-files.js';
import { TransfersService } from '../transfers.service.js';
import { MalformedFileError, readColumns } from './file-rows.js';
import { type ImportOptions, toStored } from './import-options.js';
import { importUsers } from './import-users.job.js';
import { importStarted } from './imports.events.js';
import { ROW_MEMBERS } from './imported-user.js';

/** Two million users with names and passwords. */
export const MAX_FILE_BYTES = 512 * 1024 * 1024;

/** Takes files of users to import. */
@Injectable()
export class ImportsService {
  constructor(
    private readonly database: Database,
    private readonly transfers: TransfersService,
    private readonly files: TransferFiles,
    private readonly authority: RoleAuthority,
    private readonly audit: AuditLog,
    private readonly idempotency: IdempotencyStore,
  ) {}

  /**
   * Stores a file while it arrives. A worker imports it afterwards.
   * @returns the ID of the job
   * @throws Problem `payload-too-large`, `invalid-input` if it's empty or has unknown columns, `unauthenticated`,
   * `exceeds-your-permissions`
   */
  async start(caller: Administrator, file: AsyncIterable<Buffer>, options: ImportOptions): Promise<string> {
    const { id, fileExpiresAt } = await this.transfers.receive({
      type: importUsers.name,
      requestedBy: caller.userId,
      options: toStored(options, caller),
    });
    try {
      const bytes = await this.files.write(id, file, fileExpiresAt, requireSize);
      await this.requireReadable(id, bytes, options);
      await this.database.transaction(async (em) => {
        await this.authority.admit(em, caller, writeUsers);
        await this.transfers.enqueue(em, id, bytes);
        await this.audit.record(em, importStarted, { target: id });
        await this.idempotency.keep(em, id);
      });
      return id;
    } catch (error) {
      // If this fails, too, the purge will do it.
      await this.transfers.discard(id).catch(() => undefined);
      throw error;
    }
  }

  /** Better to hear of a wrong header now than from a job that has failed. */
  private async requireReadable(
    id: string,
    bytes: number,
    { format, mapping }: ImportOptions,
  ): Promise<void> {
    if (bytes === 0) {
      throw invalidInput({ detail: 'The file is empty.' });
    }
    if (format !== 'csv') {
      return;
    }
    try {
      const columns = await readColumns(this.files.read(id));
      const unknown = mapping ? undefined : columns.find((column) => !ROW_MEMBERS.includes(column));
      if (unknown !== undefined || (!mapping && !columns.includes('email'))) {
        const message = unknown === undefined ? 'lacks the column `email`' : 'has a column that no user has';
        throw new MalformedFileError({ line: 1, pointer: `/${unknown ?? ''}`, code: 'malformed', message });
      }
    } catch (error) {
      throw error instanceof MalformedFileError ? malformedHeader(error) : error;
    }
  }
}

function requireSize(bytes: number): void {
  if (bytes > MAX_FILE_BYTES) {
    throw payloadTooLarge({
      detail: `A file can have at most ${MAX_FILE_BYTES / 1024 / 1024} MB. Split it into several.`,
    });
  }
}

function malformedHeader({ error: { pointer, message, code } }: MalformedFileError): Error {
  return invalidInput({
    detail:
      `The first line of the file ${message}. It must have the names of the columns, such as "email,displayName". If ` +
      'yours are others, send the header `Import-Mapping`.',
    errors: [{ pointer, code, message }],
  });
}
