import { AsyncLocalStorage } from 'node:async_hooks';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { type Mac, MacFactory, Sealer } from '#libs/crypto';
import { Database, deleteExpiredRows } from '#libs/database';
import { idempotencyKeyReused, idempotentRequestRunning } from './idempotency.problems.js';

/** The first use of a key, while it runs. */
interface Use {
  readonly id: string;
  /** Turns the result of the work into what is replayed. */
  readonly toAnswer: (result: unknown) => unknown;
  kept: boolean;
}

interface Row {
  readonly fingerprint: string;
  readonly answer: string | null;
}

const KEPT_MS = 24 * 60 * 60 * 1000;
/** Longer than any request takes. After a crash the key is free again when this has passed. */
const LOCK_MS = 60_000;

/** Remembers what a request with an idempotency key led to, whatever the transport. */
@Injectable()
export class IdempotencyStore {
  private readonly table: string;
  private readonly mac: Mac;
  private readonly uses = new AsyncLocalStorage<Use>();

  constructor(
    private readonly database: Database,
    private readonly sealer: Sealer,
    private readonly clock: Clock,
    macs: MacFactory,
  ) {
    this.table = `"${database.schema}"."idempotency_keys"`;
    this.mac = macs.for('idempotency');
  }

  /** The stored name of a key: who may use it where, and what it is. */
  idOf(caller: string, route: string, key: string): string {
    return this.mac.sign(JSON.stringify([caller, route, key]));
  }

  /**
   * Takes the key, or finds the answer it had.
   * @returns the stored answer, or undefined when the caller is the first and has to `complete` or `release`
   * @throws Problem `idempotency-key-reused`, `idempotent-request-running`
   */
  async begin(id: string, body: unknown): Promise<unknown> {
    const fingerprint = this.mac.sign(JSON.stringify(body ?? null));
    const now = this.clock.now();
    return this.database.run(async (em) => {
      const taken = await em.execute<unknown[]>(
        `insert into ${this.table} as k (id, fingerprint, locked_until, expires_at) values (?, ?, ?, ?)
         on conflict (id) do update
           set fingerprint = excluded.fingerprint, answer = null,
               locked_until = excluded.locked_until, expires_at = excluded.expires_at
           where k.expires_at < ? or (k.answer is null and k.locked_until < ?)
         returning id`,
        [id, fingerprint, after(now, LOCK_MS), after(now, KEPT_MS), now, now],
      );
      if (taken.length > 0) {
        return undefined;
      }
      const [row] = await em.execute<Row[]>(`select fingerprint, answer from ${this.table} where id = ?`, [
        id,
      ]);
      if (row && row.fingerprint !== fingerprint) {
        throw idempotencyKeyReused();
      }
      if (!row?.answer) {
        throw idempotentRequestRunning({ headers: { 'Retry-After': '1' } });
      }
      return this.sealer.openJson(row.answer, contextOf(id));
    });
  }

  /**
   * Runs the first use of a key.
   * @param toAnswer makes the answer to replay of a result that `work` keeps by `keep`
   * @returns what `work` returns, and whether its answer is kept already
   */
  async run<T>(
    id: string,
    toAnswer: (result: unknown) => unknown,
    work: () => Promise<T>,
  ): Promise<{ result: T; kept: boolean }> {
    const use = { id, toAnswer, kept: false };
    const result = await this.uses.run(use, work);
    return { result, kept: use.kept };
  }

  /**
   * Keeps the result in the transaction that brings it about, as its last statement: a process that is killed before it
   * answers then replays it. Without a key it does nothing.
   */
  async keep(em: EntityManager, result: unknown): Promise<void> {
    const use = this.uses.getStore();
    if (use) {
      await this.store(em, use.id, use.toAnswer(result));
      use.kept = true;
    }
  }

  async complete(id: string, answer: unknown): Promise<void> {
    await this.database.run((em) => this.store(em, id, answer));
  }

  private async store(em: EntityManager, id: string, answer: unknown): Promise<void> {
    const sealed = this.sealer.sealJson(answer, contextOf(id));
    await em.execute(`update ${this.table} set answer = ? where id = ?`, [sealed, id]);
  }

  /** Frees the key of a request that failed, so that the caller may correct it and try again. */
  async release(id: string): Promise<void> {
    await this.database.run((em) =>
      em.execute(`delete from ${this.table} where id = ? and answer is null`, [id]),
    );
  }

  /** @returns how many keys had expired */
  purge(signal: AbortSignal): Promise<number> {
    return deleteExpiredRows(this.database, signal, this.table, this.clock.now());
  }
}

function contextOf(id: string): string {
  return `idempotency:${id}`;
}

function after(instant: Date, ms: number): Date {
  return new Date(instant.getTime() + ms);
}
