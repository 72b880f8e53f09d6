import type { EntityManager } from '@mikro-orm/postgresql';
import { User } from '../../users/index.js';
import { Password } from './password.entity.js';

/** What a password sign-in is checked against. */
export interface Credentials {
  readonly user: User;
  /** A PHC string, or undefined if the user has no password. */
  readonly hash: string | undefined;
}

/** A single statement, because every sign-in waits for it. @returns undefined if there's no such user */
export async function findCredentials(
  em: EntityManager,
  emailIndexes: readonly string[],
): Promise<Credentials | undefined> {
  const [row] = await em.execute<({ password_hash: string | null } & Record<string, unknown>)[]>(
    `select u.*, p.hash as password_hash
     from accounts.users u left join accounts.passwords p on p.user_id = u.id
     where u.email_index in (${emailIndexes.map(() => '?').join(', ')})`,
    [...emailIndexes],
  );
  return row && { user: em.map(User, row), hash: row.password_hash ?? undefined };
}

export function findPassword(em: EntityManager, user: string): Promise<Password | null> {
  return em.findOne(Password, { user });
}

export async function deletePassword(em: EntityManager, user: string): Promise<void> {
  await em.nativeDelete(Password, { user });
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
