import type { EntityManager } from '@mikro-orm/postgresql';

/** The number of attempts of row `a` since the one that is passed. */
export const RECENT = '(select count(*)::int from unnest(a.attempts) id where id >= ?::uuid)';

interface Attempt {
  readonly subject: string;
  /** A UUIDv7. */
  readonly id: string;
  /** All that sort before this one are forgotten. */
  readonly oldest: string;
  readonly expiresAt: Date;
}

/**
 * Adds an attempt, unless there are as many as there may be. A single statement, so that it's exact however many run at
 * once.
 * @returns whether it was added
 */
export async function addAttempt(
  em: EntityManager,
  { subject, id, oldest, expiresAt }: Attempt,
  max: number,
): Promise<boolean> {
  const rows = await em.execute<unknown[]>(
    `insert into accounts.failed_attempts as present (subject, attempts, expires_at) values (?, array[?::uuid], ?)
     on conflict (subject) do update
       set attempts = array(select id from unnest(present.attempts) id where id >= ?::uuid) || excluded.attempts,
           expires_at = excluded.expires_at
     where (select count(*) from unnest(present.attempts) id where id >= ?::uuid) < ?
     returning subject`,
    [subject, id, expiresAt, oldest, oldest, max],
  );
  return rows.length > 0;
}

export async function removeAttempt(em: EntityManager, subject: string, id: string): Promise<void> {
  await em.execute(
    'update accounts.failed_attempts set attempts = array_remove(attempts, ?::uuid) where subject = ?',
    [id, subject],
    'run',
  );
}

/** How many attempts there were since then. */
export async function countAttempts(em: EntityManager, subject: string, oldest: string): Promise<number> {
  const [row] = await em.execute<{ count: number }[]>(
    `select ${RECENT} as count from accounts.failed_attempts a where a.subject = ?`,
    [oldest, subject],
  );
  return row?.count ?? 0;
}

/** @returns the ID of the first attempt since then, undefined if there was none */
export async function findFirstAttempt(
  em: EntityManager,
  subject: string,
  oldest: string,
): Promise<string | undefined> {
  const [row] = await em.execute<{ id: string }[]>(
    `select id::text from accounts.failed_attempts a, unnest(a.attempts) id
      where a.subject = ? and id >= ?::uuid limit 1`,
    [subject, oldest],
  );
  return row?.id;
}
