import { type EntityManager, type FilterQuery, LockMode, raw } from '@mikro-orm/postgresql';
import { lowestIdAt } from '#libs/clock';
import type { PageRequest } from '#libs/database';
import { User, type UserStatus } from './user.entity.js';

export const USER_SORTS = ['createdAt', '-createdAt'] as const;
export type UserSort = (typeof USER_SORTS)[number];

export interface UserFilter {
  /** Blind indexes of one address; one of them has to match. */
  readonly emailIndexes?: readonly string[];
  readonly status?: UserStatus;
  readonly role?: string;
  readonly createdAfter?: Date;
  readonly createdBefore?: Date;
  readonly displayNamePrefix?: string;
}

export function findUser(em: EntityManager, id: string): Promise<User | null> {
  return em.findOne(User, { id });
}

/** Locked until the transaction ends, so that two changes of one user come one after the other. */
export function lockUser(em: EntityManager, id: string): Promise<User | null> {
  return em.findOne(User, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
}

export function findUserByEmail(em: EntityManager, emailIndexes: readonly string[]): Promise<User | null> {
  return em.findOne(User, { emailIndex: { $in: [...emailIndexes] } });
}

/** As `lockUser`. */
export function lockUserByEmail(em: EntityManager, emailIndexes: readonly string[]): Promise<User | null> {
  return em.findOne(
    User,
    { emailIndex: { $in: [...emailIndexes] } },
    { lockMode: LockMode.PESSIMISTIC_WRITE },
  );
}

/** One statement decides between many who ask at once. @returns whether no mail was sent since then */
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

/** One row more than the limit, from the position on; ids are in the order of creation, so they alone sort the list. */
export function findUserPage(
  em: EntityManager,
  filter: UserFilter,
  sort: UserSort,
  { limit, position }: PageRequest,
): Promise<User[]> {
  const ascending = (sort === 'createdAt') === (position?.direction !== 'before');
  return em.find(
    User,
    {
      $and: [
        whereOf(filter),
        position ? { id: ascending ? { $gt: position.id } : { $lt: position.id } } : {},
      ],
    },
    { orderBy: { id: ascending ? 'asc' : 'desc' }, limit: limit + 1 },
  );
}

export function countUsers(em: EntityManager, filter: UserFilter): Promise<number> {
  return em.count(User, whereOf(filter));
}

/** Newest first. The further the page, the longer it takes: PostgreSQL reads what it skips. */
export function findUsersByOffset(
  em: EntityManager,
  offset: number,
  limit: number,
): Promise<[User[], number]> {
  return em.findAndCount(User, {}, { orderBy: { id: 'desc' }, offset, limit });
}

function whereOf(filter: UserFilter): FilterQuery<User> {
  const { emailIndexes, status, role, createdAfter, createdBefore, displayNamePrefix } = filter;
  return {
    $and: [
      emailIndexes ? { emailIndex: { $in: [...emailIndexes] } } : {},
      status ? { status } : {},
      role ? { roles: { $contains: [role] } } : {},
      createdAfter ? { id: { $gte: lowestIdAt(createdAfter) } } : {},
      createdBefore ? { id: { $lt: lowestIdAt(createdBefore) } } : {},
      displayNamePrefix
        ? { [raw('lower(display_name)')]: { $like: `${escapeLike(displayNamePrefix.toLowerCase())}%` } }
        : {},
    ],
  };
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
