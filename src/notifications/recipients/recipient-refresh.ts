import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  Optional,
} from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { PeerDirectory } from '#libs/contracts';
import { Database } from '#libs/database';
import { inBackground } from '#libs/lifecycle';
import { reasonOf } from '#libs/telemetry';
import { RecipientCopy } from './recipient-copy.js';
import { findOutdated } from './recipient.repository.js';

/** As many as accounts answers at once. */
const BATCH = 100;

/**
 * Asks accounts about the users whose copies are outdated: right after one of them is, and when accounts answers again. A job
 * does the same every minute, for what a killed process leaves.
 */
@Injectable()
export class RecipientRefresh implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(RecipientRefresh.name);
  /** By the driver's transaction object. */
  private readonly withChanges = new WeakSet<object>();
  private readonly stopping = new AbortController();
  private isWanted = false;
  private running: Promise<void> | undefined;

  constructor(
    private readonly database: Database,
    private readonly copy: RecipientCopy,
    @Optional() private readonly accounts?: PeerDirectory,
  ) {}

  onApplicationBootstrap(): void {
    if (this.accounts) {
      this.database.onCommit((transaction) => {
        if (this.withChanges.has(transaction)) {
          this.soon();
        }
      });
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** Call it in a transaction that marks a copy as outdated. */
  afterCommit(em: EntityManager): void {
    const transaction = em.getTransactionContext<object>();
    if (transaction) {
      this.withChanges.add(transaction);
    }
  }

  /** @throws Problem `unavailable` if accounts doesn't answer */
  async run(signal: AbortSignal): Promise<void> {
    let count = BATCH;
    while (this.accounts && count === BATCH && !signal.aborted) {
      const outdated = await this.database.run((em) => findOutdated(em, BATCH));
      count = outdated.length;
      if (count > 0) {
        const users = await this.accounts.findMany(outdated.map(({ userId }) => userId));
        await this.database.transaction((em) => this.copy.replace(em, outdated, users));
      }
    }
  }

  /** Does it in this process, if it isn't already. */
  soon(): void {
    this.isWanted = true;
    this.running ??= inBackground(() => this.runWhileWanted()).finally(() => (this.running = undefined));
  }

  private async runWhileWanted(): Promise<void> {
    while (this.isWanted && !this.stopping.signal.aborted) {
      this.isWanted = false;
      try {
        await this.run(this.stopping.signal);
      } catch (error) {
        this.logger.debug(`copies of users stay outdated for now: ${reasonOf(error)}`);
      }
    }
  }
}
