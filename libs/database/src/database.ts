import { Injectable } from '@nestjs/common';
import {
  ConnectionException,
  type EntityManager,
  MikroORM,
  OptimisticLockError,
} from '@mikro-orm/postgresql';
import { conflict, unavailable } from '#libs/problem';

/**
 * The door to PostgreSQL. Each piece of work gets an EntityManager of its own, so that no two requests share an
 * identity map, and hot paths that need none don't pay for one.
 */
@Injectable()
export class Database {
  constructor(private readonly orm: MikroORM) {}

  /** Runs `work` outside a transaction. @throws Problem `unavailable` when no connection can be had in time */
  read<T>(work: (em: EntityManager) => Promise<T>): Promise<T> {
    return guarded(() => work(this.em()));
  }

  /** Runs `work` in one transaction: all of it happens, or nothing. @throws Problem `unavailable`, `conflict` */
  write<T>(work: (em: EntityManager) => Promise<T>): Promise<T> {
    return guarded(() => this.em().transactional(work));
  }

  /** Resolves when PostgreSQL answers a query. */
  async ping(): Promise<void> {
    await this.read((em) => em.execute('select 1'));
  }

  private em(): EntityManager {
    return this.orm.em.fork();
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

/** SQLSTATE classes 08 (connection), 53 (resources), 57P (shutdown) and 57014 (time limit), the socket's own errors, and a full pool. */
function isUnreachable(error: unknown): boolean {
  if (error instanceof ConnectionException) {
    return true;
  }
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const code = (cause as { code?: unknown }).code;
    if (
      typeof code === 'string' &&
      /^(08|53|57P|57014|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)/.test(code)
    ) {
      return true;
    }
    if (
      /timeout exceeded when trying to connect|Query read timeout|Connection terminated/i.test(cause.message)
    ) {
      return true;
    }
  }
  return false;
}
