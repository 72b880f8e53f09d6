import { Injectable } from '@nestjs/common';
import { Database, type PageRequest, type Slice, sliceOf } from '#libs/database';
import type { TransferError } from '../transfer-error.entity.js';
import { countErrors, findErrors, findTransfer } from '../transfer.repository.js';
import { importUsers } from './import-users.job.js';
import { importNotFound } from './imports.errors.js';

/** Shows why rows were not imported. */
@Injectable()
export class ImportErrors {
  constructor(private readonly database: Database) {}

  /** In the order of the file. @throws Problem `import-not-found` */
  list(id: string, page: PageRequest, withTotal: boolean): Promise<Slice<TransferError>> {
    return this.database.run(async (em) => {
      if ((await findTransfer(em, id))?.type !== importUsers.name) {
        throw importNotFound();
      }
      return {
        ...sliceOf(await findErrors(em, id, page), page),
        ...(withTotal ? { total: await countErrors(em, id) } : {}),
      };
    });
  }
}
