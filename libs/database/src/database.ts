import {
  ConnectionException,
  type EntityManager,
  type MikroORM,
  OptimisticLockError,
} from '@mikro-orm/postgresql';
import { conflict, unavailable } from '#libs/problem';
import { CommittedRefusal } from './commit-then-throw.js';

/**
 * PostgreSQL access for the service that owns `schema`. Each unit of work gets its own EntityManager, so requests never
 * share an identity map, and hot paths that don't need one don't pay for it.
 */
export class Database {
  constructor(
    readonly schema: string,
    private readonly orm: MikroORM,
  ) {}

  /**
   * Runs `work` without a transaction: each statement commits on its own.
   * @throws Problem `unavailable` if no connection becomes available in time
   */
  run<T>(work: (em: EntityManager) => Promise<T>): Promise<T> {
    return guarded(() => work(this.em()));
  }

  /**
   * Runs `work` in a transaction.
   * @throws Problem `unavailable` or `conflict`, and any error passed to `commitThenThrow`
   */
  async transaction<T>(work: (em: EntityManager) => Promise<T>): Promise<T> {
    const outcome = await guarded(() => this.em().transactional((em) => settle(work(em))));
    if (outcome instanceof CommittedRefusal) {
      throw outcome.refusal;
    }
    return outcome;
  }

  /** Calls `listener` with the driver's transaction object after each commit on this database's URL. */
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

/**
 * SQLSTATE classes 08 (connection), 53 (resources), 57P (shutdown) and 57014 (statement timeout), socket errors, and an
 * exhausted pool.
 */
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

/** The first code in the chain of causes: a SQLSTATE or a socket error code. */
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
