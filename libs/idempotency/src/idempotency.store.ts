import { AsyncLocalStorage } from 'node:async_hooks';
import { randomInt } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { type Mac, MacFactory, Sealer } from '#libs/crypto';
import { Database, deleteExpiredRows } from '#libs/database';
import { unavailable } from '#libs/problem';
import { idempotencyKeyReused, idempotentRequestRunning } from './idempotency.problems.js';

/** The first use of a key, while in progress. */
interface Use {
  readonly id: string;
  /** Converts the result of the work to the response that is replayed. */
  readonly toResponse: (result: unknown) => unknown;
  kept: boolean;
}

interface Row {
  readonly fingerprint: string;
  readonly answer: string | null;
}

export const KEPT_MS = 24 * 60 * 60 * 1000;
/** Longer than any request takes, except for a file. After a crash, the key becomes available again when this time has passed. */
const LOCK_MS = 60_000;
const LOCK_SPREAD_MS = 5_000;

/** Stores the responses of requests with an idempotency key, for any transport. */
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

  /** The ID under which a key is stored: a keyed hash of caller, route and key. */
  idOf(caller: string, route: string, key: string): string {
    return this.mac.sign(JSON.stringify([caller, route, key]));
  }

  /**
   * Claims the key, or returns the response stored under it.
   * @param lockMs how long the request may take
   * @returns the stored response, or undefined if the caller is the first and has to `complete` or `release` the key
   * @throws Problem `idempotency-key-reused`, `idempotent-request-running`
   */
  async begin(id: string, body: unknown, lockMs = LOCK_MS): Promise<unknown> {
    const fingerprint = this.mac.sign(JSON.stringify(body ?? null));
    const now = this.clock.now();
    const lock = lockFrom(now, lockMs);
    try {
      return await this.claimOrReplay(id, fingerprint, now, lock);
    } catch (error) {
      if (unavailable.is(error)) {
        // The claim may have been stored, although its confirmation got lost. Nobody would release it.
        this.releaseLock(id, lock).catch(() => undefined);
      }
      throw error;
    }
  }

  private claimOrReplay(id: string, fingerprint: string, now: Date, lock: Date): Promise<unknown> {
    return this.database.run(async (em) => {
      const claimed = await em.execute<unknown[]>(
        `insert into ${this.table} as k (id, fingerprint, locked_until, expires_at) values (?, ?, ?, ?)
         on conflict (id) do update
           set fingerprint = excluded.fingerprint, answer = null,
               locked_until = excluded.locked_until, expires_at = excluded.expires_at
           where k.expires_at < ? or (k.answer is null and k.locked_until < ?)
         returning id`,
        [id, fingerprint, lock, after(now, KEPT_MS), now, now],
      );
      if (claimed.length > 0) {
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
   * @param toResponse converts a result that `work` stores with `keep` to the response to replay
   * @returns the result of `work`, and whether its response is already stored
   */
  async run<T>(
    id: string,
    toResponse: (result: unknown) => unknown,
    work: () => Promise<T>,
  ): Promise<{ result: T; kept: boolean }> {
    const use = { id, toResponse, kept: false };
    const result = await this.uses.run(use, work);
    return { result, kept: use.kept };
  }

  /**
   * Does the work once per key, for work that stores its result with `keep`.
   * @param toResponse converts the result to what is stored and returned
   * @returns the response, of this time or of the first
   * @throws Problem `idempotency-key-reused`, `idempotent-request-running`
   */
  async once<T>(
    id: string,
    body: unknown,
    toResponse: (result: T) => unknown,
    work: () => Promise<T>,
  ): Promise<unknown> {
    const stored = await this.begin(id, body);
    if (stored !== undefined) {
      return stored;
    }
    try {
      const { result } = await this.run(id, toResponse as (result: unknown) => unknown, work);
      return toResponse(result);
    } catch (error) {
      // If this fails, too, the lock expires.
      await this.release(id).catch(() => undefined);
      throw error;
    }
  }

  /** The ID of the key that is used at the moment, by this request. */
  currentId(): string | undefined {
    return this.uses.getStore()?.id;
  }

  /**
   * Stores the result in the transaction that produces it, as its last statement. If the process is killed before it
   * responds, a retry then replays the result. Does nothing for requests without a key.
   */
  keep(em: EntityManager, result: unknown): Promise<void> {
    return this.keeper()(em, result);
  }

  /** `keep` for the request that calls this, to be used where other requests may be going on. */
  keeper(): (em: EntityManager, result: unknown) => Promise<void> {
    const use = this.uses.getStore();
    return async (em, result) => {
      if (use) {
        await this.store(em, use.id, use.toResponse(result));
        use.kept = true;
      }
    };
  }

  async complete(id: string, answer: unknown): Promise<void> {
    await this.database.run((em) => this.store(em, id, answer));
  }

  private async store(em: EntityManager, id: string, answer: unknown): Promise<void> {
    const sealed = this.sealer.sealJson(answer, contextOf(id));
    await em.execute(`update ${this.table} set answer = ? where id = ?`, [sealed, id]);
  }

  /** Releases the key of a failed request, so that the client can correct the request and retry. */
  async release(id: string): Promise<void> {
    await this.database.run((em) =>
      em.execute(`delete from ${this.table} where id = ? and answer is null`, [id]),
    );
  }

  /** Releases the key if it is still this lock's. */
  private async releaseLock(id: string, lock: Date): Promise<void> {
    await this.database.run((em) =>
      em.execute(`delete from ${this.table} where id = ? and answer is null and locked_until = ?`, [
        id,
        lock,
      ]),
    );
  }

  /** @returns the number of expired keys that were deleted */
  purge(signal: AbortSignal): Promise<number> {
    return deleteExpiredRows(this.database, signal, this.table, this.clock.now());
  }
}

function contextOf(id: string): string {
  return `idempotency:${id}`;
}

/** The end of a lock. Random, because it also says whose lock it is. */
function lockFrom(now: Date, lockMs: number): Date {
  return after(now, lockMs + randomInt(LOCK_SPREAD_MS));
}

function after(instant: Date, ms: number): Date {
  return new Date(instant.getTime() + ms);
}
