import {
  ConnectionException,
  type EntityManager,
  type MikroORM,
  OptimisticLockError,
} from '@mikro-orm/postgresql';
import { conflict, unavailable } from '#libs/problem';
import { CommittedRefusal } from './commit-then-throw.js';

/**
 * Access to PostgreSQL for the service that owns `schema`. Each piece of work gets its own EntityManager, so no two
 * requests share an identity map, and hot paths that need none don't pay for one.
 */
export class Database {
  constructor(
    readonly schema: string,
    private readonly orm: MikroORM,
  ) {}

  /**
   * Runs `work` without a transaction: each statement commits by itself.
   * @throws Problem `unavailable` when no connection is available in time
   */
  run<T>(work: (em: EntityManager) => Promise<T>): Promise<T> {
    return guarded(() => work(this.em()));
  }

  /**
   * Runs `work` in one transaction: all of it happens, or nothing.
   * @throws Problem `unavailable`, `conflict`, and what `commitThenThrow` was given
   */
  async transaction<T>(work: (em: EntityManager) => Promise<T>): Promise<T> {
    const outcome = await guarded(() => this.em().transactional((em) => settle(work(em))));
    if (outcome instanceof CommittedRefusal) {
      throw outcome.refusal;
    }
    return outcome;
  }

  /** Resolves when PostgreSQL answers a query. */
  async ping(): Promise<void> {
    await this.run((em) => em.execute('select 1'));
  }

  /** Calls `listener` with the driver's transaction object after each commit at this database's URL. */
  onCommit(listener: (transaction: object) => void): void {
    this.orm.em.getEventManager().registerSubscriber({
      afterTransactionCommit: ({ transaction }) => {
        if (transaction) {
          listener(transaction as object);
        }
      },
    });
  }

  private em(): EntityManager {
    return this.orm.em.fork();
  }
}

async function settle<T>(work: Promise<T>): Promise<T | CommittedRefusal> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof CommittedRefusal) {
      return error;
    }
    throw error;
  }
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof OptimisticLockError) {
      throw conflict({ cause: error });
    }
    if (isUnreachable(error)) {
      throw unavailable({ headers: { 'Retry-After': '1' }, cause: error });
    }
    throw error;
  }
}

/** SQLSTATE classes 08 (connection), 53 (resources), 57P (shutdown) and 57014 (time limit), socket errors, and a full pool. */
function isUnreachable(error: unknown): boolean {
  if (error instanceof ConnectionException) {
    return true;
  }
  const code = sqlStateOf(error);
  if (code !== undefined && /^(08|53|57P|57014|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)/.test(code)) {
    return true;
  }
  return causesOf(error).some(({ message }) =>
    /timeout exceeded when trying to connect|Query read timeout|Connection terminated/i.test(message),
  );
}

/** The first code in the chain of causes: a SQLSTATE, or the socket's own. */
export function sqlStateOf(error: unknown): string | undefined {
  return causesOf(error)
    .map((cause) => (cause as { code?: unknown }).code)
    .find((code): code is string => typeof code === 'string');
}

function causesOf(error: unknown): Error[] {
  const causes: Error[] = [];
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    causes.push(cause);
  }
  return causes;
}
