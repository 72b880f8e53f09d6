import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import {
  ConnectionException,
  type EntityManager,
  IsolationLevel,
  type MikroORM,
  OptimisticLockError,
} from '@mikro-orm/postgresql';
import { isInBackground } from '#libs/lifecycle';
import { conflict, invalidInput, Problem, unavailable } from '#libs/problem';
import { CommittedRefusal } from './commit-then-throw.js';
import { type Effect, meaningOf } from './sql-state.js';

/** Attempts of a transaction that PostgreSQL rolls back because of others. */
const ATTEMPTS = 4;
const RETRY_AFTER_MS = 20;

/** Runs work as soon as its share of the connections allows. */
export type Share = <T>(work: () => Promise<T>) => Promise<T>;

/** Set while background work has its share, so that what it nests doesn't wait for another. */
const sharing = new AsyncLocalStorage<true>();

/**
 * PostgreSQL access for the service that owns `schema`. Each unit of work gets its own EntityManager, so requests never
 * share an identity map, and hot paths that don't need one don't pay for it.
 */
export class Database {
  constructor(
    readonly schema: string,
    private readonly orm: MikroORM,
    private readonly backgroundShare: Share = (work) => work(),
  ) {}

  /**
   * Runs `work` without a transaction: each statement commits on its own.
   * @throws Problem `unavailable`, `conflict`, or `invalid-input`
   */
  run<T>(work: (em: EntityManager) => Promise<T>): Promise<T> {
    return this.guarded(() => work(this.em()));
  }

  /**
   * Runs `work` in a transaction (read committed). Runs it again if PostgreSQL rolled it back because of others, so it
   * must not do anything else that can't be repeated.
   * @throws Problem `unavailable`, `conflict` or `invalid-input`, and any error passed to `commitThenThrow`
   */
  async transaction<T>(work: (em: EntityManager) => Promise<T>): Promise<T> {
    const outcome = await this.guarded(() => this.attempt((em) => settle(work(em))));
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

  private async attempt<T>(work: (em: EntityManager) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.em().transactional(work, { isolationLevel: IsolationLevel.READ_COMMITTED });
      } catch (error) {
        if (attempt === ATTEMPTS || error instanceof Problem || effectOf(error) !== 'retry') {
          throw error;
        }
        await delay(RETRY_AFTER_MS * attempt * Math.random());
      }
    }
  }

  private async guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await (isInBackground() && !sharing.getStore()
        ? this.backgroundShare(() => sharing.run(true, work))
        : work());
    } catch (error) {
      throw toProblem(error);
    }
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

/** Converts failures of PostgreSQL, and of the way there, to problems. Leaves bugs as they are. */
function toProblem(error: unknown): unknown {
  if (error instanceof Problem) {
    return error;
  }
  if (error instanceof OptimisticLockError) {
    return conflict({ cause: error });
  }
  switch (effectOf(error)) {
    case 'retry':
    case 'unavailable':
      return unavailable({ headers: { 'Retry-After': '1' }, cause: error });
    case 'conflict':
      return conflict({ cause: error });
    case 'invalid':
      return invalidInput({ detail: "The input contains a value that can't be stored.", cause: error });
    case undefined:
      return error;
  }
}

function effectOf(error: unknown): Effect | undefined {
  return error instanceof ConnectionException ? 'unavailable' : meaningOf(error)?.effect;
}
