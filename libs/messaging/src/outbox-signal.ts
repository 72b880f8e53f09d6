import type { EntityManager } from '@mikro-orm/postgresql';
import type { Database } from '#libs/database';

/**
 * Notifies the relay in the same process when a transaction with messages commits, so that they are sent immediately.
 * Only an optimization: other processes' relays find the rows on their next poll.
 */
export class OutboxSignal {
  /** Keyed by the driver's transaction object. Transactions that are rolled back are garbage-collected. */
  private readonly withMessages = new WeakSet<object>();
  private readonly listeners = new Set<() => void>();

  constructor(database: Database) {
    database.onCommit((transaction) => {
      if (this.withMessages.has(transaction)) {
        this.notify();
      }
    });
  }

  /** Call it in the transaction that writes messages or, if there's none, after the statement that wrote them. */
  announce(em: EntityManager): void {
    const transaction = em.getTransactionContext<object>();
    if (transaction) {
      this.withMessages.add(transaction);
    } else {
      this.notify();
    }
  }

  onCommit(listener: () => void): void {
    this.listeners.add(listener);
  }

  private notify(): void {
    this.listeners.forEach((listener) => {
      listener();
    });
  }
}
