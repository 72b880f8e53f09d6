import { type EntityManager, IsolationLevel } from '@mikro-orm/postgresql';

/** Runs `work` in the caller's transaction, or in one of its own if the caller has none. */
export function inTransaction<T>(em: EntityManager, work: (em: EntityManager) => Promise<T>): Promise<T> {
  return em.isInTransaction()
    ? work(em)
    : em.transactional(work, { isolationLevel: IsolationLevel.READ_COMMITTED });
}
