import type { EntityManager, FilterQuery } from '@mikro-orm/postgresql';
import type { keyset } from '#libs/database';
import type { User } from './user.entity.js';

export interface NameOrEmail {
  /** The beginning of a search key, or empty for none. */
  readonly searchKeyPrefix: string;
  readonly emailIndexes: readonly string[];
}

export interface IdRange {
  readonly id?: { readonly $gte?: string; readonly $gt?: string; readonly $lt?: string };
}

type PageOptions = ReturnType<typeof keyset>['options'];

/** How many users next to the position are looked through. A page is found there if one in fifty matches. */
const NEAR = 1_000;
/** So few that finding all of them in the index takes hardly longer than reading a page. */
const FEW = 10_000;
/** So few that their IDs can be passed on, to be combined with other filters. */
const FEW_IDS = 2_000;

const HAS_EMAIL = 'email_index in (select jsonb_array_elements_text(?::jsonb))';
const HAS_NAME = '(? and search_key like ?)';
/** In the order of the index. Otherwise, PostgreSQL could choose to read all users for this. */
const MATCHES = `(select id from accounts.users where ${HAS_NAME} order by search_key using ~<~ limit ?)
  union all select id from accounts.users where ${HAS_EMAIL} and (${HAS_NAME}) is not true`;

/**
 * The IDs of a page of those whose name or address matches. PostgreSQL can't estimate how rare the beginning of a name
 * is, so it could read most users to find a page of a rare one, or all who have a common one. Instead, this looks through
 * the users next to the position, and then through the matches, but only so many of each.
 * @returns undefined if there are too many matches, too few of them close to the position
 */
export async function findMatches(
  em: EntityManager,
  anyOf: NameOrEmail,
  range: readonly IdRange[],
  options: PageOptions,
): Promise<string[] | undefined> {
  const near = await findNear(em, anyOf, range, options);
  if (near.length === options.limit) {
    return near;
  }
  const inRange = rangeOf(range);
  const [{ ids, found } = { ids: [], found: 0 }] = await em.execute<{ ids: string[]; found: number }[]>(
    `with matches as materialized (${MATCHES})
     select array(select id from matches where ${inRange.sql} order by id ${options.orderBy.id} limit ?) as ids,
            (select count(*)::int from matches) as found`,
    [...valuesOf(anyOf, FEW), ...inRange.values, options.limit],
  );
  return found > FEW ? undefined : ids;
}

/** The IDs of all whose name or address matches, or undefined if there are too many. */
export async function findFewMatches(em: EntityManager, anyOf: NameOrEmail): Promise<string[] | undefined> {
  const rows = await em.execute<{ id: string }[]>(MATCHES, valuesOf(anyOf, FEW_IDS));
  return rows.length > FEW_IDS ? undefined : rows.map(({ id }) => id);
}

export function whereAnyOf(anyOf: NameOrEmail | undefined): FilterQuery<User> {
  if (!anyOf) {
    return {};
  }
  const byEmail = { emailIndex: { $in: [...anyOf.emailIndexes] } };
  // The prefix '%' would find everyone with a name.
  return anyOf.searchKeyPrefix === ''
    ? byEmail
    : { $or: [byEmail, { searchKey: { $like: startOf(anyOf) } }] };
}

async function findNear(
  em: EntityManager,
  anyOf: NameOrEmail,
  range: readonly IdRange[],
  { orderBy, limit }: PageOptions,
): Promise<string[]> {
  const inRange = rangeOf(range);
  const order = `order by id ${orderBy.id}`;
  const rows = await em.execute<{ id: string }[]>(
    `select id from (select id, search_key, email_index from accounts.users
                      where ${inRange.sql} ${order} limit ?) near
      where ${HAS_NAME} or ${HAS_EMAIL} ${order} limit ?`,
    [...inRange.values, NEAR, ...nameOf(anyOf), JSON.stringify(anyOf.emailIndexes), limit],
  );
  return rows.map(({ id }) => id);
}

function rangeOf(range: readonly IdRange[]): { readonly sql: string; readonly values: string[] } {
  const operators = { $gte: '>=', $gt: '>', $lt: '<' } as const;
  const bounds = range.flatMap(({ id = {} }) => Object.entries(id) as [keyof typeof operators, string][]);
  return {
    sql: ['true', ...bounds.map(([bound]) => `id ${operators[bound]} ?`)].join(' and '),
    values: bounds.map(([, value]) => value),
  };
}

/** The values of `MATCHES`. It finds one more than `few`. */
function valuesOf(anyOf: NameOrEmail, few: number): unknown[] {
  const name = nameOf(anyOf);
  return [...name, few + 1, JSON.stringify(anyOf.emailIndexes), ...name];
}

function nameOf(anyOf: NameOrEmail): readonly [boolean, string] {
  return [anyOf.searchKeyPrefix !== '', startOf(anyOf)];
}

/** A pattern of `like`. */
function startOf({ searchKeyPrefix }: NameOrEmail): string {
  return `${searchKeyPrefix.replace(/[\\%_]/g, '\\$&')}%`;
}
