import { AsyncLocalStorage } from 'node:async_hooks';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { type Mac, MacFactory, Sealer } from '#libs/crypto';
import { Database, deleteExpiredRows } from '#libs/database';
import { idempotencyKeyReused, idempotentRequestRunning } from './idempotency.problems.js';

/** What is replayed. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** The first request with a key, while it runs. */
interface Use {
  readonly id: string;
  kept: boolean;
}

interface Row {
  readonly fingerprint: string;
  readonly answer: string | null;
}

const KEPT_MS = 24 * 60 * 60 * 1000;
/** Longer than any request takes. After a crash the key is free again when this has passed. */
const LOCK_MS = 60_000;

@Injectable()
export class IdempotencyStore {
  private readonly mac: Mac;
  private readonly uses = new AsyncLocalStorage<Use>();

  constructor(
    private readonly database: Database,
    private readonly sealer: Sealer,
    private readonly clock: Clock,
    macs: MacFactory,
  ) {
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
  async begin(id: string, body: unknown): Promise<Answer | undefined> {
    const fingerprint = this.mac.sign(JSON.stringify(body ?? null));
    const now = this.clock.now();
    return this.database.read(async (em) => {
      const taken = await em.execute<unknown[]>(
        `insert into accounts.idempotency_keys as k (id, fingerprint, locked_until, expires_at) values (?, ?, ?, ?)
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
      const [row] = await em.execute<Row[]>(
        'select fingerprint, answer from accounts.idempotency_keys where id = ?',
        [id],
      );
      if (row && row.fingerprint !== fingerprint) {
        throw idempotencyKeyReused();
      }
      if (!row?.answer) {
        throw idempotentRequestRunning({ headers: { 'Retry-After': '1' } });
      }
      return this.sealer.openJson(row.answer, contextOf(id)) as Answer;
    });
  }

  /** Runs the first request with a key. @returns what `work` does, and whether its answer is kept already */
  async run<T>(id: string, work: () => Promise<T>): Promise<{ result: T; kept: boolean }> {
    const use = { id, kept: false };
    const result = await this.uses.run(use, work);
    return { result, kept: use.kept };
  }

  /**
   * Keeps the answer 201 with `body` in the transaction that creates what it tells of, as its last statement: so a
   * process that is killed before it answers has not made a second try impossible. Does nothing without a key.
   */
  async keepCreated(em: EntityManager, body: unknown): Promise<void> {
    const use = this.uses.getStore();
    if (use) {
      await this.keep(em, use.id, { status: 201, headers: {}, body });
      use.kept = true;
    }
  }

  async complete(id: string, answer: Answer): Promise<void> {
    await this.database.read((em) => this.keep(em, id, answer));
  }

  private async keep(em: EntityManager, id: string, answer: Answer): Promise<void> {
    const sealed = this.sealer.sealJson(answer, contextOf(id));
    await em.execute('update accounts.idempotency_keys set answer = ? where id = ?', [sealed, id]);
  }

  /** Frees the key of a request that failed, so that the caller may correct it and try again. */
  async release(id: string): Promise<void> {
    await this.database.read((em) =>
      em.execute('delete from accounts.idempotency_keys where id = ? and answer is null', [id]),
    );
  }

  /** @returns how many keys had expired */
  purge(): Promise<number> {
    return deleteExpiredRows(this.database, 'accounts.idempotency_keys', this.clock.now());
  }
}

function contextOf(id: string): string {
  return `idempotency:${id}`;
}

function after(instant: Date, ms: number): Date {
  return new Date(instant.getTime() + ms);
}
