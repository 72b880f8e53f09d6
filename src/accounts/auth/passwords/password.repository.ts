import type { EntityManager } from '@mikro-orm/postgresql';
import { User } from '../../users/index.js';
import { RECENT } from '../attempts/failed-attempts.repository.js';
import { Password } from './password.entity.js';

/** What a password sign-in is checked against. */
export interface Credentials {
  readonly user: User;
  /** What `PasswordHasher` can verify, or undefined if the user has no password. */
  readonly hash: string | undefined;
}

/** Whose wrong passwords count, and since when. */
interface Counted {
  readonly subject: string;
  readonly oldest: string;
}

/**
 * A single statement, because every sign-in waits for it.
 * @returns the credentials, if there's such a user, and how many wrong passwords were counted
 */
export async function findCredentials(
  em: EntityManager,
  emailIndexes: readonly string[],
  { subject, oldest }: Counted,
): Promise<{ readonly found: Credentials | undefined; readonly failed: number }> {
  const [row] = await em.execute<CredentialsRow[]>(
    `select u.*, p.hash as password_hash, ${RECENT} as failed
     from (select 1) one
       left join accounts.users u on u.email_index in (${emailIndexes.map(() => '?').join(', ')})
       left join accounts.passwords p on p.user_id = u.id
       left join accounts.failed_attempts a on a.subject = ?`,
    [oldest, ...emailIndexes, subject],
  );
  if (!row?.id) {
    return { found: undefined, failed: row?.failed ?? 0 };
  }
  const { password_hash: hash, failed, ...user } = row;
  return { found: { user: em.map(User, user), hash: hash ?? undefined }, failed };
}

interface CredentialsRow extends Record<string, unknown> {
  readonly id: string | null;
  readonly password_hash: string | null;
  readonly failed: number;
}

export function findPassword(em: EntityManager, user: string): Promise<Password | null> {
  return em.findOne(Password, { user });
}

export function findHashes(em: EntityManager, users: readonly string[]): Promise<Password[]> {
  return em.find(Password, { user: { $in: [...users] } });
}

/** @param hash deletes only a password with this hash */
export async function deletePassword(em: EntityManager, user: string, hash?: string): Promise<void> {
  await em.nativeDelete(Password, { user, ...(hash === undefined ? {} : { hash }) });
}

/** @returns whether the owner may be told of a change, which isn't more often than once since then */
export async function reserveNotice(
  em: EntityManager,
  user: string,
  since: Date,
  now: Date,
): Promise<boolean> {
  const rows = await em.execute<unknown[]>(
    `update accounts.passwords set told_at = ? where user_id = ? and (told_at is null or told_at <= ?) returning user_id`,
    [now, user, since],
  );
  return rows.length > 0;
}

/** Sets or replaces the user's password. */
export async function putPassword(em: EntityManager, user: string, hash: string, now: Date): Promise<void> {
  await em.execute(
    `insert into accounts.passwords (user_id, hash, changed_at) values (?, ?, ?)
     on conflict (user_id) do update set hash = excluded.hash, changed_at = excluded.changed_at`,
    [user, hash, now],
  );
}

/** Sets the passwords of users who have none. */
export async function insertPasswords(
  em: EntityManager,
  passwords: readonly { readonly userId: string; readonly hash: string }[],
  now: Date,
): Promise<void> {
  await em.execute(
    `insert into accounts.passwords (user_id, hash, changed_at)
     select "userId", hash, ?::timestamptz from jsonb_to_recordset(?::jsonb) as r("userId" uuid, hash text)`,
    [now, JSON.stringify(passwords)],
    'run',
  );
}
