import { Injectable } from '@nestjs/common';
import { Clock, IdSource } from '#libs/clock';
import { Database, inBatches } from '#libs/database';
import { Outbox } from '#libs/messaging';
import { rebuildTask } from './rebuild-recipients.job.js';
import { deleteRebuilds, findLatestRebuild, insertRebuild } from './recipient-rebuild.repository.js';
import { deleteAnyCopies } from './recipient.repository.js';

/** Events miss users who were imported, and whoever a restored backup has brought back. */
const PERIOD_MS = 24 * 60 * 60 * 1000;

/** Begins rebuilds of the copy of all users. */
@Injectable()
export class RecipientRebuilds {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly ids: IdSource,
  ) {}

  /** Whether there is a copy: notifications asks accounts in another process. */
  async isCopied(): Promise<boolean> {
    return (await this.database.run(findLatestRebuild)) !== null;
  }

  /** @returns false if one is running: it goes on */
  begin(): Promise<boolean> {
    const id = this.ids.next();
    return this.database.transaction(async (em) => {
      const isNew = await insertRebuild(em, id, this.clock.now());
      if (isNew) {
        await this.outbox.appendTask(em, rebuildTask, id, id);
      }
      return isNew;
    });
  }

  /** The first one fills the copy. */
  async beginIfDue(): Promise<void> {
    const latest = await this.database.run(findLatestRebuild);
    const dueBefore = this.clock.millis() - PERIOD_MS;
    if (!latest || (latest.finishedAt && latest.finishedAt.getTime() < dueBefore)) {
      await this.begin();
    }
  }

  /** Deletes the copy, because nothing keeps it up to date any more. */
  async forget(signal: AbortSignal): Promise<void> {
    if (await this.isCopied()) {
      await inBatches(this.database, signal, deleteAnyCopies);
      await this.database.run(deleteRebuilds);
    }
  }
}
