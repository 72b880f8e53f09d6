import { type EntityManager, type FilterQuery, LockMode } from '@mikro-orm/postgresql';
import { lowestIdAt } from '#libs/clock';
import { keyset, type PageRequest } from '#libs/database';
import { User, type UserStatus } from './user.entity.js';
import { findFewMatches, findMatches, type IdRange, type NameOrEmail, whereAnyOf } from './user-matches.js';
import { UserRole } from './user-role.entity.js';

export const USER_SORTS = ['createdAt', '-createdAt'] as const;
export type UserSort = (typeof USER_SORTS)[number];

export interface UserFilter {
  /** The possible blind indexes of one address, any of which may match. */
  readonly emailIndexes?: readonly string[];
  /** The same for the domain of an address. */
  readonly emailDomainIndexes?: readonly string[];
  readonly status?: UserStatus;
  readonly role?: string;
  readonly createdAfter?: Date;
  readonly createdBefore?: Date;
  /** Any of these may match. */
  readonly anyOf?: NameOrEmail;
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

export async function otherHas(em: EntityManager, id: string, role: string): Promise<boolean> {
  const rows = await em.execute<unknown[]>(
    `select from accounts.users u join accounts.user_roles r on r.user_id = u.id
      where r.role = ? and u.status = 'active' and u.id <> ? limit 1`,
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
       select id from accounts.users
        where id in (select user_id from accounts.user_roles where role = ?) order by id limit ? for update
     )
     update accounts.users u set roles = array_remove(u.roles, ?), version = u.version + 1, updated_at = ?
       from holders h where u.id = h.id returning u.id`,
    [role, max + 1, role, now],
  );
  return rows.map(({ id }) => id);
}

export interface UserRow {
  readonly id: string;
  readonly emailSealed: string;
  readonly emailIndex: string;
  readonly emailDomainIndex: string;
  readonly emailVerified: boolean;
  readonly displayName: string | null;
  readonly searchKey: string | null;
  readonly locale: string;
  readonly timezone: string;
  readonly avatarUrl: string | null;
  readonly roles: readonly string[];
  readonly status: UserStatus;
  readonly metadata: object;
  readonly appMetadata: object;
  readonly createdAt: Date;
}

/** Leaves out rows whose address or ID is taken. @returns the sealed addresses of the others: two rows can have the same ID */
export async function insertUsers(em: EntityManager, rows: readonly UserRow[]): Promise<string[]> {
  const inserted = await em.execute<{ emailSealed: string }[]>(
    `insert into accounts.users (id, email_sealed, email_index, email_domain_index, email_verified, display_name,
        search_key, locale, timezone, avatar_url, roles, status, metadata, app_metadata, created_at, updated_at)
     select id, "emailSealed", "emailIndex", "emailDomainIndex", "emailVerified", "displayName",
        "searchKey", locale, timezone, "avatarUrl", roles, status, metadata, "appMetadata", "createdAt", "createdAt"
       from jsonb_to_recordset(?::jsonb) as r(id uuid, "emailSealed" text, "emailIndex" text,
        "emailDomainIndex" text, "emailVerified" boolean, "displayName" text, "searchKey" text, locale text,
        timezone text, "avatarUrl" text, roles text[], status text, metadata jsonb, "appMetadata" jsonb,
        "createdAt" timestamptz)
     on conflict do nothing
     returning email_sealed as "emailSealed"`,
    [JSON.stringify(rows)],
  );
  return inserted.map(({ emailSealed }) => emailSealed);
}

export async function deleteUsers(em: EntityManager, ids: readonly string[]): Promise<void> {
  await em.nativeDelete(User, { id: { $in: [...ids] } });
}

/** @returns those of the blind indexes whose addresses have accounts */
export async function findEmailIndexes(em: EntityManager, indexes: readonly string[]): Promise<string[]> {
  if (indexes.length === 0) {
    return [];
  }
  const rows = await em.execute<{ index: string }[]>(
    `select email_index as index from accounts.users
      where email_index in (select jsonb_array_elements_text(?::jsonb))`,
    [JSON.stringify(indexes)],
  );
  return rows.map(({ index }) => index);
}

/** Makes transactions that want one of these addresses wait for each other, in an order in which none waits in a circle. */
export async function lockAddresses(em: EntityManager, names: readonly string[]): Promise<void> {
  await em.execute(
    `select pg_advisory_xact_lock(key) from (
       select distinct hashtextextended('address:' || name, 0) as key
         from jsonb_array_elements_text(?::jsonb) as names(name) order by key) as sorted`,
    [JSON.stringify(names)],
  );
}

/** @returns the IDs of the users whose addresses have one of the blind indexes, by index */
export async function findEmailOwners(
  em: EntityManager,
  indexes: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await em.execute<{ index: string; id: string }[]>(
    `select email_index as index, id from accounts.users
      where email_index in (select jsonb_array_elements_text(?::jsonb))`,
    [JSON.stringify(indexes)],
  );
  return new Map(rows.map(({ index, id }) => [index, id]));
}

/** @returns those of the IDs that users have */
export async function findUserIds(em: EntityManager, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) {
    return [];
  }
  const rows = await em.execute<{ id: string }[]>(
    'select id from accounts.users where id in (select jsonb_array_elements_text(?::jsonb)::uuid)',
    [JSON.stringify(ids)],
  );
  return rows.map(({ id }) => id);
}

/** Plain SQL, as in `setEmailDomains`. */
export function lockUsersWithoutEmailDomain(
  em: EntityManager,
  limit: number,
): Promise<{ id: string; emailSealed: string }[]> {
  return em.execute(
    `select id, email_sealed as "emailSealed" from accounts.users where email_domain_index is null
      order by id limit ? for update`,
    [limit],
  );
}

/** Plain SQL: it's no visible change, so the version stays. */
export async function setEmailDomains(
  em: EntityManager,
  rows: readonly { readonly id: string; readonly emailDomainIndex: string }[],
): Promise<void> {
  await em.execute(
    `update accounts.users u set email_domain_index = n.index
       from jsonb_to_recordset(?::jsonb) as n(id uuid, index text) where u.id = n.id`,
    [JSON.stringify(rows.map(({ id, emailDomainIndex }) => ({ id, index: emailDomainIndex })))],
    'run',
  );
}

/** Returns one row more than the limit, starting at the position. */
export async function findUserPage(
  em: EntityManager,
  filter: UserFilter,
  sort: UserSort,
  page: PageRequest,
): Promise<User[]> {
  const { where, options } = keyset(page, sort === 'createdAt' ? 'oldest first' : 'newest first');
  const { role, createdAfter: _from, createdBefore: _to, anyOf, ...others } = filter;
  const range: readonly IdRange[] = [...idRangeOf(filter), where];
  const conditions: FilterQuery<User>[] = [...(range as FilterQuery<User>[]), whereOf(others)];
  if (role !== undefined) {
    const holders = holdersOf(em, role).andWhere({ $and: range.map(({ id }) => (id ? { user: id } : {})) });
    if (anyOf === undefined && Object.keys(others).length === 0) {
      // The planner expects holders to be spread evenly. It could read most users to find those of an old role.
      holders.orderBy({ user: options.orderBy.id }).limit(options.limit);
    }
    conditions.push({ id: { $in: holders.getNativeQuery() } });
  }
  const isOnlyFilter = role === undefined && Object.keys(others).length === 0;
  const matches =
    anyOf && (isOnlyFilter ? await findMatches(em, anyOf, range, options) : await findFewMatches(em, anyOf));
  conditions.push(matches ? { id: { $in: matches } } : whereAnyOf(anyOf));
  return em.find(User, { $and: conditions }, options);
}

export function countUsers(em: EntityManager, filter: UserFilter): Promise<number> {
  const { role, anyOf, ...others } = filter;
  const holders = role === undefined ? {} : { id: { $in: holdersOf(em, role).getNativeQuery() } };
  return em.count(User, { $and: [...idRangeOf(filter), whereOf(others), whereAnyOf(anyOf), holders] });
}

/** Those that exist, in any order. */
export function findUsers(em: EntityManager, ids: readonly string[]): Promise<User[]> {
  return em.find(User, { id: { $in: [...new Set(ids)] } });
}

/** In the order of their IDs. @param after null to start with the first */
export function findUsersAfter(em: EntityManager, after: string | null, limit: number): Promise<User[]> {
  const where = after === null ? {} : { id: { $gt: after } };
  return em.find(User, where, { orderBy: { id: 'asc' }, limit });
}

/** Newest first. Later pages take longer, because PostgreSQL reads the rows it skips. */
export function findUsersByOffset(
  em: EntityManager,
  offset: number,
  limit: number,
): Promise<[User[], number]> {
  return em.findAndCount(User, {}, { orderBy: { id: 'desc' }, offset, limit });
}

function whereOf(
  filter: Pick<UserFilter, 'emailIndexes' | 'emailDomainIndexes' | 'status'>,
): FilterQuery<User> {
  const { emailIndexes, emailDomainIndexes, status } = filter;
  return {
    $and: [
      emailIndexes ? { emailIndex: { $in: [...emailIndexes] } } : {},
      emailDomainIndexes ? { emailDomainIndex: { $in: [...emailDomainIndexes] } } : {},
      status ? { status } : {},
    ],
  };
}

/** IDs are in order of creation. */
function idRangeOf({ createdAfter, createdBefore }: UserFilter): IdRange[] {
  return [
    ...(createdAfter ? [{ id: { $gte: lowestIdAt(createdAfter) } }] : []),
    ...(createdBefore ? [{ id: { $lt: lowestIdAt(createdBefore) } }] : []),
  ];
}

function holdersOf(em: EntityManager, role: string) {
  return em.createQueryBuilder(UserRole, 'r').select('r.user').where({ role });
}
