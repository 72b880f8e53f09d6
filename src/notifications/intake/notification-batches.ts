import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { batched, Database } from '#libs/database';
import { findErased, lockRecipients, tryToLockRecipients } from '../recipients/index.js';
import { NotificationRelease } from './notification-release.js';
import type { NotificationReport } from './notification-report.js';
import type { Release } from './release.js';

/** How many requests share a transaction. */
const BATCH = 50;

/** A notification that a request sends. */
export interface Sending extends Release {
  /** Stores the report as the response to the request, in the transaction that sends the notification. */
  readonly keep: (em: EntityManager, report: NotificationReport) => Promise<void>;
}

/** What became of a request in a transaction with others. Null if its recipient was deleted. */
type Result = NotificationReport | 'busy' | null;

/**
 * Sends the notifications of requests that come at the same time in one transaction, which costs a fraction of one for
 * each. No request waits because another one has to wait for its recipient.
 */
@Injectable()
export class NotificationBatches {
  private readonly sendWithOthers = batched(
    (sendings: readonly Sending[]) => this.inTransaction(sendings, tryToLockRecipients),
    BATCH,
  );

  constructor(
    private readonly database: Database,
    private readonly release: NotificationRelease,
  ) {}

  /** @returns null if the recipient was deleted */
  async send(sending: Sending): Promise<NotificationReport | null> {
    const result = await this.sendWithOthers(sending);
    if (result !== 'busy') {
      return result;
    }
    const [alone] = await this.inTransaction([sending], waitForRecipients);
    return typeof alone === 'object' ? alone : null;
  }

  /** @param lock returns the recipients that it couldn't lock */
  private inTransaction(
    sendings: readonly Sending[],
    lock: (em: EntityManager, userIds: readonly string[]) => Promise<Set<string>>,
  ): Promise<Result[]> {
    return this.database.transaction(async (em) => {
      const userIds = sendings.map(({ user }) => user.id);
      const busy = await lock(em, userIds);
      const erased = await findErased(em, userIds);
      const sent = sendings.filter(({ user }) => !busy.has(user.id) && !erased.has(user.id));
      const reports = await this.release.release(em, sent);
      for (const [index, report] of reports.entries()) {
        await sent[index]?.keep(em, report);
      }
      return sendings.map((sending): Result => {
        const report = reports[sent.indexOf(sending)];
        return report ?? (busy.has(sending.user.id) ? 'busy' : null);
      });
    });
  }
}

async function waitForRecipients(em: EntityManager, userIds: readonly string[]): Promise<Set<string>> {
  await lockRecipients(em, userIds);
  return new Set();
}
