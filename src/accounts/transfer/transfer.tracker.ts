import { Database } from '#libs/database';
import {
  type JobFilter,
  type JobPage,
  type JobTracker,
  type TrackedJob,
  type TrackedJobState,
  TracksJobs,
} from '#libs/jobs';
import type { StoredImport } from './imports/import-options.js';
import type { Transfer } from './transfer.entity.js';
import { countTransfers, findTransfer, findTransfers } from './transfer.repository.js';
import { kindOf, TRANSFER_TYPES } from './transfer-tasks.js';
import { TransfersService } from './transfers.service.js';

/** Shows imports and exports as jobs. */
@TracksJobs()
export class TransferTracker implements JobTracker {
  readonly types = TRANSFER_TYPES;

  constructor(
    private readonly database: Database,
    private readonly transfers: TransfersService,
  ) {}

  async find(id: string): Promise<TrackedJob | null> {
    const transfer = await this.database.run((em) => findTransfer(em, id));
    return transfer && this.toJob(transfer);
  }

  async list(filter: JobFilter, page: JobPage): Promise<TrackedJob[]> {
    const transfers = await this.database.run((em) => findTransfers(em, filter, page));
    return transfers.map((transfer) => this.toJob(transfer));
  }

  count(filter: JobFilter): Promise<number> {
    return this.database.run((em) => countTransfers(em, filter));
  }

  cancel(id: string): Promise<boolean> {
    return this.transfers.cancel(id);
  }

  retry(id: string): Promise<boolean> {
    return this.transfers.retry(id);
  }

  private toJob(transfer: Transfer): TrackedJob {
    const { id, type, requestedBy, attempts, createdAt, finishedAt, error } = transfer;
    return {
      id,
      type,
      state: transfer.state as TrackedJobState,
      ownerId: requestedBy,
      attempts,
      createdAt,
      startsAt: null,
      finishedAt: finishedAt ?? null,
      ...(kindOf(type).isExport ? exportOf(transfer) : this.importOf(transfer)),
      error: error ?? null,
    };
  }

  private importOf(transfer: Transfer): Outcome {
    const { bytesDone, bytesTotal, succeeded, skipped, failed } = transfer;
    const { dryRun } = this.transfers.optionsOf(transfer) as StoredImport;
    return {
      progress: { done: bytesDone, total: bytesTotal },
      result: { dryRun, imported: succeeded, skipped, failed },
    };
  }
}

type Outcome = Pick<TrackedJob, 'progress' | 'result'>;

/** Users may have come or gone since they were counted. */
function exportOf({ state, succeeded, rowsTotal }: Transfer): Outcome {
  const total = state === 'completed' ? succeeded : Math.max(rowsTotal, succeeded);
  return { progress: { done: succeeded, total }, result: { exported: succeeded } };
}
