import { setTimeout as delay } from 'node:timers/promises';
import { type EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { migratorOptions } from './orm-options.js';
import type { Schema } from './schema.js';
import { FACTS_QUERY, type ServerFacts, unfitIn } from './server-check.js';

/** An arbitrary constant that identifies this advisory lock in the database. */
const MIGRATION_LOCK = 0x6761_7465;
const POLL_MS = 500;
/** Longer than any migration of ours should take. */
const WAIT_MS = 600_000;

/** Migrations can take long, but must not be interrupted by what the role is set to. */
const NO_LIMITS = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'];

interface MigrateOptions {
  /** Receives what the migration is waiting for, once. */
  readonly report: (text: string) => void;
  /** How long to wait for the migrations of another process, in milliseconds. */
  readonly waitMs?: number;
}

/**
 * Applies the pending migrations of the schema at `url`, all in one transaction. Replicas that start together take
 * turns, so each migration runs once. The lock ends with the transaction, so that it works behind a pooler and nobody
 * leaves it behind. Needs no right to create schemas if the schema exists.
 * @returns the names of the applied migrations
 * @throws Error explaining what to do, if PostgreSQL can't be reached, doesn't fit, or is locked for ten minutes
 */
export async function migrate(url: string, schema: Schema, options: MigrateOptions): Promise<string[]> {
  const orm = await MikroORM.init(migratorOptions(url, schema));
  try {
    await requireFit(orm, schema);
    if (await isUpToDate(orm, schema)) {
      return [];
    }
    await inTurn(orm, options, (em) => prepare(em, schema));
    const applied = await inTurn(orm, options, (em) => applyPending(orm, em));
    return applied.map((name) => `${schema.name}/${name}`);
  } finally {
    await orm.close();
  }
}

/** Runs `work` in a transaction that holds the lock for migrations, as soon as no other process does. */
async function inTurn<T>(
  orm: MikroORM,
  { report, waitMs = WAIT_MS }: MigrateOptions,
  work: (em: EntityManager) => Promise<T>,
): Promise<T> {
  const startedAt = performance.now();
  for (let isFirst = true; ; isFirst = false) {
    const outcome = await orm.em.fork().transactional(async (em) => {
      const [lock] = await em.execute<{ taken: boolean }[]>('select pg_try_advisory_xact_lock(?) as taken', [
        MIGRATION_LOCK,
      ]);
      return lock?.taken ? { result: await work(em) } : undefined;
    });
    if (outcome) {
      return outcome.result;
    }
    if (performance.now() - startedAt > waitMs) {
      throw new Error(
        `Another process has held the lock for migrations for ${Math.round(waitMs / 1000)} seconds. Find it with ` +
          `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = ${MIGRATION_LOCK}, and start again when it ` +
          'is done or has been ended.',
      );
    }
    if (isFirst) {
      report('waiting until another process has applied its migrations');
    }
    await delay(POLL_MS);
  }
}

/** Creates what the migrator needs before its first migration. Looks first, because creating needs rights. */
async function prepare(em: EntityManager, { name }: Schema): Promise<void> {
  if (!(await exists(em, 'to_regnamespace', `"${name}"`))) {
    await em.execute(`create schema "${name}"`);
  }
  if (!(await exists(em, 'to_regclass', `"${name}"."migration"`))) {
    await em.execute(
      `create table "${name}"."migration" (
         id serial primary key, name varchar(255) not null, executed_at timestamptz not null default now())`,
    );
  }
}

async function applyPending(orm: MikroORM, em: EntityManager): Promise<string[]> {
  for (const limit of NO_LIMITS) {
    await em.execute(`set local ${limit} = 0`);
  }
  const transaction = em.getTransactionContext();
  const applied = await orm.migrator.up(transaction ? { transaction } : {});
  return applied.map(({ name }) => name);
}

/** Looks without a lock, so that a start with nothing to migrate waits for nobody. */
async function isUpToDate(orm: MikroORM, schema: Schema): Promise<boolean> {
  const em = orm.em.fork();
  if (!(await exists(em, 'to_regclass', `"${schema.name}"."migration"`))) {
    return false;
  }
  const rows = await em.execute<{ name: string }[]>(`select name from "${schema.name}"."migration"`);
  return schema.pendingAfter(new Set(rows.map(({ name }) => name))).length === 0;
}

async function exists(
  em: EntityManager,
  lookup: 'to_regclass' | 'to_regnamespace',
  name: string,
): Promise<boolean> {
  const [row] = await em.execute<{ found: boolean }[]>(`select ${lookup}(?) is not null as found`, [name]);
  return row?.found === true;
}

async function requireFit(orm: MikroORM, schema: Schema): Promise<void> {
  const facts = await connect(orm, schema);
  const unfit = unfitIn(facts);
  if (unfit.length > 0) {
    throw new Error(
      `The PostgreSQL database of the schema "${schema.name}" doesn't fit: ${unfit.join('; ')}.`,
    );
  }
}

async function connect(orm: MikroORM, schema: Schema): Promise<ServerFacts> {
  try {
    const [facts] = await orm.em.fork().execute<[ServerFacts]>(FACTS_QUERY);
    return facts;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `Cannot reach PostgreSQL for the schema "${schema.name}": ${reason}. Check that the server is running, and its ` +
        'URL: DATABASE_URL, or the variable for a database of its own.',
      { cause: error },
    );
  }
}
