import { Clock } from '#libs/clock';
import { Database } from '#libs/database';
import { type JobProcessor, ProcessesJob } from '#libs/jobs';
import { Outbox } from '#libs/messaging';
import { AccountDeletionSaga } from './account-deletion.saga.js';
import { type DeleteAccount, deleteAccount, deletionTask } from './delete-account.job.js';

/** If it has begun already, or was canceled, this has no effect. */
@ProcessesJob(deleteAccount)
export class DeleteAccountProcessor implements JobProcessor<DeleteAccount> {
  constructor(
    private readonly saga: AccountDeletionSaga,
    private readonly outbox: Outbox,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async process({ deletionId }: DeleteAccount): Promise<void> {
    await this.saga.wake(deletionId, this.clock.now());
    await this.database.run((em) => this.outbox.settle(em, deletionTask, deletionId));
  }
}
