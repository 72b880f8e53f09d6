import { Database } from '#libs/database';
import {
  type JobCaller,
  type JobFilter,
  type JobPage,
  type JobTracker,
  type TrackedJob,
  type TrackedJobState,
  TracksJobs,
} from '#libs/jobs';
import type { AccountDeletion } from './account-deletion.entity.js';
import { countDeletions, findDeletion, findDeletions } from './account-deletion.repository.js';
import { AccountDeletionService } from './account-deletion.service.js';
import type { AccountDeletionState } from './account-deletion.states.js';

const STATES: Readonly<Record<AccountDeletionState, TrackedJobState>> = {
  requested: 'waiting',
  erasing: 'active',
  deleted: 'completed',
  canceled: 'canceled',
  refused: 'failed',
};
const TYPE = 'delete-account';

/** Shows deletions of accounts as jobs. */
@TracksJobs()
export class AccountDeletionTracker implements JobTracker {
  readonly types = [TYPE];

  constructor(
    private readonly database: Database,
    private readonly deletions: AccountDeletionService,
  ) {}

  async find(id: string): Promise<TrackedJob | null> {
    const deletion = await this.database.run((em) => findDeletion(em, id));
    return deletion && toJob(deletion);
  }

  async list(filter: JobFilter, page: JobPage): Promise<TrackedJob[]> {
    return (await this.database.run((em) => findDeletions(em, statesOf(filter), page))).map(toJob);
  }

  count(filter: JobFilter): Promise<number> {
    return this.database.run((em) => countDeletions(em, statesOf(filter)));
  }

  cancel(id: string, caller: JobCaller): Promise<boolean> {
    return this.deletions.withdraw(id, caller);
  }

  /** One that was refused has to be asked for again. */
  retry(): Promise<boolean> {
    return Promise.resolve(false);
  }
}

/** None if the filter is for other jobs. */
function statesOf({ type = TYPE, state }: JobFilter): string[] {
  const matching = Object.entries(STATES).filter(([, shown]) => state === undefined || shown === state);
  return type === TYPE ? matching.map(([own]) => own) : [];
}

function toJob({ id, state, requestedBy, createdAt, deletesAt }: AccountDeletion): TrackedJob {
  return {
    id,
    type: TYPE,
    state: STATES[state as AccountDeletionState],
    ownerId: requestedBy,
    attempts: state === 'requested' || state === 'canceled' ? 0 : 1,
    createdAt,
    startsAt: deletesAt,
    finishedAt: null,
    progress: null,
    result: null,
    error: state === 'refused' ? 'last-admin' : null,
  };
}
