import { Injectable, Logger, Optional } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock, IdSource } from '#libs/clock';
import { type DirectoryUser, PeerDirectory } from '#libs/contracts';
import { Database } from '#libs/database';
import { JobError } from '#libs/jobs';
import { Outbox } from '#libs/messaging';
import { rebuildTask } from './rebuild-recipients.job.js';
import { RecipientCopy } from './recipient-copy.js';
import type { RecipientRebuild } from './recipient-rebuild.entity.js';
import {
  deleteRebuildsBefore,
  findRebuild,
  lockRebuild,
  markAbsent,
  type ReadRange,
} from './recipient-rebuild.repository.js';
import { RecipientRefresh } from './recipient-refresh.js';

/** So few that nobody who notifies one of them waits for long. */
const BATCH = 500;
const MARKED_AT_ONCE = 1_000;

/**
 * Compares the copy of all users with accounts, in the order of their IDs, while the copy is used and events go on. A batch
 * and where the next one begins are stored in one transaction, so a run that dies is continued by the next.
 *
 * Who isn't among the users that accounts has between two IDs may have been created in the meantime. So such copies are
 * only marked as outdated, and accounts is asked about them.
 */
@Injectable()
export class RecipientRebuildRuns {
  private readonly logger = new Logger(RecipientRebuildRuns.name);

  constructor(
    private readonly database: Database,
    private readonly copy: RecipientCopy,
    private readonly refresh: RecipientRefresh,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly ids: IdSource,
    @Optional() private readonly accounts?: PeerDirectory,
  ) {}

  /** @throws JobError if `signal` aborts before it's over: the next run goes on @throws Problem `unavailable` */
  async run(id: string, signal: AbortSignal): Promise<void> {
    const rebuild = await this.database.run((em) => findRebuild(em, id));
    let after = rebuild?.lastUserId ?? null;
    let hasMore = this.accounts !== undefined && rebuild !== null && !rebuild.finishedAt;
    while (hasMore && this.accounts) {
      if (signal.aborted) {
        throw new JobError(`the rebuild ${id} goes on in the next run`);
      }
      const users = await this.accounts.list({}, after, BATCH);
      hasMore = await this.compare(id, after, users);
      after = users.at(-1)?.id ?? after;
    }
    await this.refresh.run(signal);
    await this.database.run((em) => this.outbox.settle(em, rebuildTask, id));
  }

  /** @returns false if there's nothing left to do, or another run has done this part */
  private async compare(id: string, after: string | null, users: readonly DirectoryUser[]): Promise<boolean> {
    const isLast = users.length < BATCH;
    const upTo = isLast ? null : (users.at(-1)?.id ?? null);
    const present = users.map((user) => user.id);
    return this.database.transaction(async (em) => {
      const rebuild = await lockRebuild(em, id);
      if (!rebuild || rebuild.finishedAt || (rebuild.lastUserId ?? null) !== after) {
        return false;
      }
      await this.copy.store(em, users);
      await this.markAbsent(em, { after, upTo, present });
      rebuild.lastUserId = present.at(-1) ?? after;
      rebuild.usersDone += users.length;
      if (isLast) {
        await this.finish(em, rebuild);
      }
      await em.flush();
      return !isLast;
    });
  }

  private async markAbsent(em: EntityManager, range: ReadRange): Promise<void> {
    let marked = MARKED_AT_ONCE;
    while (marked === MARKED_AT_ONCE) {
      marked = await markAbsent(em, range, this.ids.next(), MARKED_AT_ONCE);
    }
  }

  private async finish(em: EntityManager, rebuild: RecipientRebuild): Promise<void> {
    rebuild.finishedAt = this.clock.now();
    // Nothing about a user who is deleted later stays.
    rebuild.lastUserId = null;
    await deleteRebuildsBefore(em, rebuild.id);
    this.logger.log(`the copy of ${rebuild.usersDone} users was compared with accounts`);
  }
}
