import { Database } from '#libs/database';
import { type JobTracker, type TrackedJob, type TrackedJobState, TracksJobs } from '#libs/jobs';
import { findDeletion } from './account-deletion.repository.js';
import type { AccountDeletionState } from './account-deletion.states.js';

const STATES: Readonly<Record<AccountDeletionState, TrackedJobState>> = {
  requested: 'waiting',
  erasing: 'active',
  deleted: 'completed',
  canceled: 'canceled',
  refused: 'failed',
};

/** Shows deletions of accounts as jobs. */
@TracksJobs()
export class AccountDeletionTracker implements JobTracker {
  constructor(private readonly database: Database) {}

  async find(id: string): Promise<TrackedJob | null> {
    const deletion = await this.database.run((em) => findDeletion(em, id));
    return (
      deletion && {
        id,
        type: 'delete-account',
        state: STATES[deletion.state as AccountDeletionState],
        ownerId: deletion.requestedBy,
        createdAt: deletion.createdAt,
        startsAt: deletion.deletesAt,
        error: deletion.state === 'refused' ? 'last-admin' : null,
      }
    );
  }
}
