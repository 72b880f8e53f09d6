import type { EntityManager } from '@mikro-orm/postgresql';
import type { Database } from '#libs/database';

/**
 * Tells the relay in the same process that a transaction with messages has been committed, so that they leave at
 * once. Only a shortcut: relays of other processes find the rows when they look next.
 */
export class OutboxSignal {
  /** By the driver's transaction object; a transaction that is rolled back is simply forgotten. */
  private readonly withMessages = new WeakSet<object>();
  private readonly listeners = new Set<() => void>();

  constructor(database: Database) {
    database.onCommit((transaction) => {
      if (this.withMessages.has(transaction)) {
        this.listeners.forEach((listener) => {
          listener();
        });
      }
    });
  }

  /** Call it in the transaction that writes messages. */
  announce(em: EntityManager): void {
    const transaction = em.getTransactionContext<object>();
    if (transaction) {
      this.withMessages.add(transaction);
    }
  }

  onCommit(listener: () => void): void {
    this.listeners.add(listener);
  }
}
