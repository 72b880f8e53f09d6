import { type EntityManager, type FilterQuery, LockMode } from '@mikro-orm/postgresql';
import { lowestIdAt } from '#libs/clock';
import { keyset, type PageRequest } from '#libs/database';
import { User, type UserStatus } from './user.entity.js';

export const USER_SORTS = ['createdAt', '-createdAt'] as const;
export type UserSort = (typeof USER_SORTS)[number];

export interface UserFilter {
  /** The possible blind indexes of one address, any of which may match. */
  readonly emailIndexes?: readonly string[];
  readonly status?: UserStatus;
  readonly role?: string;
  readonly createdAfter?: Date;
  readonly createdBefore?: Date;
  /** Any of these may match. */
  readonly anyOf?: NameOrEmail;
}

interface NameOrEmail {
  /** The beginning of a search key, or empty for none. */
  readonly searchKeyPrefix: string;
  readonly emailIndexes: readonly string[];
}

export function findUser(em: EntityManager, id: string): Promise<User | null> {
  return em.findOne(User, { id });
}

/** Locks the user until the transaction ends, so that concurrent changes are serialized. */
export function lockUser(em: EntityManager, id: string): Promise<User | null> {
  return em.findOne(User, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
}

/** Keeps the user from being changed until the transaction ends. Others can keep them, too. */
export function keepUser(em: EntityManager, id: string): Promise<User | null> {
  return em.findOne(User, { id }, { lockMode: LockMode.PESSIMISTIC_READ });
}

export function findUserByEmail(em: EntityManager, emailIndexes: readonly string[]): Promise<User | null> {
  return em.findOne(User, { emailIndex: { $in: [...emailIndexes] } });
}

/** Like `lockUser`. */
export function lockUserByEmail(
  em: EntityManager,
  emailIndexes: readonly string[],
  lockMode = LockMode.PESSIMISTIC_WRITE,
): Promise<User | null> {
  return em.findOne(User, { emailIndex: { $in: [...emailIndexes] } }, { lockMode });
}

/**
 * A single statement, so that only one of many concurrent callers succeeds.
 * @returns whether no mail was sent since then
 */
export async function reserveMailSlotSince(
  em: EntityManager,
  id: string,
  since: Date,
  now: Date,
): Promise<boolean> {
  const rows = await em.execute<unknown[]>(
    `update accounts.users set mailed_at = ? where id = ? and (mailed_at is null or mailed_at <= ?) returning id`,
    [now, id, since],
  );
  return rows.length > 0;
}

/** Plain SQL: it's no visible change, so the version stays. */
export async function setDevicesKnownSince(em: EntityManager, id: string, since: Date | null): Promise<void> {
  await em.execute('update accounts.users set devices_known_since = ? where id = ?', [since, id], 'run');
}

/** Plain SQL, so that the planner sees that the index of admins fits. */
export async function otherHas(em: EntityManager, id: string, role: string): Promise<boolean> {
  const rows = await em.execute<unknown[]>(
    `select from accounts.users where roles @> array[?]::text[] and status = 'active' and id <> ? limit 1`,
    [role, id],
  );
  return rows.length > 0;
}

/**
 * Takes a role from everyone who has it.
 * @returns who had it. One more than `max` if there are more; then, roll back
 */
export async function takeRole(em: EntityManager, role: string, now: Date, max: number): Promise<string[]> {
  const rows = await em.execute<{ id: string }[]>(
    `with holders as (
       select id from accounts.users where roles @> array[?]::text[] order by id limit ? for update
     )
     update accounts.users u set roles = array_remove(u.roles, ?), version = u.version + 1, updated_at = ?
       from holders h where u.id = h.id returning u.id`,
    [role, max + 1, role, now],
  );
  return rows.map(({ id }) => id);
}

/** Returns one row more than the limit, starting at the position. */
export function findUserPage(
  em: EntityManager,
  filter: UserFilter,
  sort: UserSort,
  page: PageRequest,
): Promise<User[]> {
  const { where, options } = keyset(page, sort === 'createdAt' ? 'oldest first' : 'newest first');
  return em.find(User, { $and: [whereOf(filter), where] }, options);
}

export function countUsers(em: EntityManager, filter: UserFilter): Promise<number> {
  return em.count(User, whereOf(filter));
}

/** Newest first. Later pages take longer, because PostgreSQL reads the rows it skips. */
export function findUsersByOffset(
  em: EntityManager,
  offset: number,
  limit: number,
): Promise<[User[], number]> {
  return em.findAndCount(User, {}, { orderBy: { id: 'desc' }, offset, limit });
}

function whereOf(filter: UserFilter): FilterQuery<User> {
  const { emailIndexes, status, role, createdAfter, createdBefore, anyOf } = filter;
  return {
    $and: [
      emailIndexes ? { emailIndex: { $in: [...emailIndexes] } } : {},
      status ? { status } : {},
      role ? { roles: { $contains: [role] } } : {},
      createdAfter ? { id: { $gte: lowestIdAt(createdAfter) } } : {},
      createdBefore ? { id: { $lt: lowestIdAt(createdBefore) } } : {},
      anyOf ? whereAnyOf(anyOf) : {},
    ],
  };
}

function whereAnyOf({ searchKeyPrefix, emailIndexes }: NameOrEmail): FilterQuery<User> {
  const byEmail = { emailIndex: { $in: [...emailIndexes] } };
  // The prefix '%' would find everyone with a name.
  return searchKeyPrefix === ''
    ? byEmail
    : { $or: [byEmail, { searchKey: { $like: `${escapeLike(searchKeyPrefix)}%` } }] };
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
