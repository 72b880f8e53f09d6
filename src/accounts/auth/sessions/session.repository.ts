import { type EntityManager, LockMode } from '@mikro-orm/postgresql';
import { keyset, type PageRequest, type Statement } from '#libs/database';
import { unauthenticated } from '#libs/problem';
import { Session } from './session.entity.js';

export type NewSession = Pick<
  Session,
  | 'id'
  | 'user'
  | 'seed'
  | 'tokenHash'
  | 'authenticatedAt'
  | 'methods'
  | 'userAgent'
  | 'ipAddress'
  | 'createdAt'
  | 'expiresAt'
> & { readonly epoch: number };

/**
 * The statement that stores a session. Plain SQL, because every sign-in runs this. Waits for a transaction that is ending
 * all sessions, and then stores nothing and returns no row: otherwise, a sign-in with the old password that is under way
 * would outlive a change of the password. The same if the user was suspended.
 */
export function insertionOfSession(session: NewSession): Statement {
  const { id, user, epoch, seed, tokenHash, authenticatedAt, methods } = session;
  const { userAgent, ipAddress, createdAt, expiresAt } = session;
  return {
    sql: `insert into accounts.sessions
       (id, user_id, generation, token_hash, seed, authenticated_at, methods, rotated_at, user_agent, ip_address,
        created_at, expires_at)
     select ?::uuid, id, 0, ?, ?, ?::timestamptz, ?::text[], ?::timestamptz, ?, ?, ?::timestamptz, ?::timestamptz
       from accounts.users where id = ? and session_epoch = ? and status = 'active' for share
     returning id`,
    values: [
      id,
      tokenHash,
      seed,
      authenticatedAt,
      `{${methods.join(',')}}`,
      createdAt,
      userAgent,
      ipAddress,
      createdAt,
      expiresAt,
      user,
      epoch,
    ],
  };
}

/** What the guard needs to know about a session and its user. */
export interface SessionState {
  /** Who owns the session. */
  readonly userId: string;
  readonly roles: readonly string[];
  /** How the user proved who they are, as RFC 8176 values. */
  readonly methods: readonly string[];
}

/** @returns null if the session has ended or expired, or its user can't sign in */
export async function findSessionState(
  em: EntityManager,
  id: string,
  now: Date,
): Promise<SessionState | null> {
  const [row] = await em.execute<SessionState[]>(
    `select u.id as "userId", u.roles, s.methods from accounts.sessions s join accounts.users u on u.id = s.user_id
     where s.id = ? and s.ended_at is null and s.expires_at > ? and u.status = 'active'`,
    [id, now],
  );
  return row ?? null;
}

/** Locks the session until the transaction ends, so that concurrent refreshes are serialized. */
export function lockSession(em: EntityManager, id: string): Promise<Session | null> {
  return em.findOne(Session, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
}

/**
 * For a change that was allowed when it arrived, in a transaction that has locked the user.
 * @returns the session, locked
 * @throws Problem `unauthenticated` if it has ended since then
 */
export async function requireLiveSession(em: EntityManager, id: string): Promise<Session> {
  const session = await lockSession(em, id);
  if (!session || session.endedAt) {
    // As if it had ended before the request arrived (RFC 6750, section 3.1).
    throw unauthenticated({ headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' } });
  }
  return session;
}

/** Keeps the session from being ended until the transaction ends. @returns whether it hasn't ended */
export async function keepLiveSession(em: EntityManager, id: string): Promise<boolean> {
  const rows = await em.execute<unknown[]>(
    'select from accounts.sessions where id = ? and ended_at is null for share',
    [id],
  );
  return rows.length > 0;
}

/** Also those that have ended. Returns one row more than the limit, newest first. */
export function findSessions(em: EntityManager, user: string, page: PageRequest): Promise<Session[]> {
  const { where, options } = keyset(page);
  return em.find(Session, { user, ...where }, options);
}

/** Returns one row more than the limit, newest first. */
export function findLiveSessions(
  em: EntityManager,
  user: string,
  now: Date,
  page: PageRequest,
): Promise<Session[]> {
  const { where, options } = keyset(page);
  return em.find(Session, { user, endedAt: null, expiresAt: { $gt: now }, ...where }, options);
}

export async function findLiveIds(em: EntityManager, users: readonly string[], now: Date): Promise<string[]> {
  const rows = await em.execute<{ id: string }[]>(
    `select id from accounts.sessions where user_id = any(?::uuid[]) and ended_at is null and expires_at > ?`,
    [`{${users.join(',')}}`, now],
  );
  return rows.map(({ id }) => id);
}

export function countLiveSessions(em: EntityManager, user: string, now: Date): Promise<number> {
  return em.count(Session, { user, endedAt: null, expiresAt: { $gt: now } });
}

/** In a transaction, if it's about more than one session. @returns the IDs of the sessions that were ended */
export async function endSessions(
  em: EntityManager,
  user: string,
  now: Date,
  which: 'all' | { readonly only: string } | { readonly except: string },
): Promise<string[]> {
  const [condition, ...ids] = conditionOf(which);
  if (which === 'all' || 'except' in which) {
    // Always lock the user before their sessions, to avoid deadlocks.
    await em.execute(
      'update accounts.users set session_epoch = session_epoch + 1 where id = ?',
      [user],
      'run',
    );
  }
  // Also expires them, so that the purge finds all of them with one index.
  const rows = await em.execute<{ id: string }[]>(
    `update accounts.sessions set ended_at = ?, expires_at = least(expires_at, ?)
     where user_id = ? and ${condition} and ended_at is null returning id`,
    [now, now, user, ...ids],
  );
  return rows.map((row) => row.id);
}

/**
 * For a user who may have removed their last factor, and is locked: their sessions no longer count as ones with two.
 * @returns the IDs of the sessions that were changed. Pass them to `SessionCache` after the commit
 */
export async function forgetMissingFactors(em: EntityManager, user: string): Promise<string[]> {
  const rows = await em.execute<{ id: string }[]>(
    `update accounts.sessions s set methods = array_remove(s.methods, 'mfa')
      where s.user_id = ? and s.ended_at is null and 'mfa' = any(s.methods)
        and not exists (select from accounts.passkeys p where p.user_id = s.user_id)
        and not exists (select from accounts.users u where u.id = s.user_id and cardinality(u.second_factors) > 0)
     returning id`,
    [user],
  );
  return rows.map((row) => row.id);
}

function conditionOf(which: Parameters<typeof endSessions>[3]): [sql: string, ...ids: string[]] {
  if (which === 'all') {
    return ['true'];
  }
  return 'only' in which ? ['id = ?', which.only] : ['id <> ?', which.except];
}

/** How many users have sessions from a network that began with `lowestId` or later. Reads all sessions since then. */
export async function countUsersIn(
  em: EntityManager,
  cidr: string,
  lowestId: string,
  limit: number,
): Promise<number> {
  const rows = await em.execute<unknown[]>(
    `select distinct user_id from accounts.sessions
      where id >= ? and nullif(ip_address, '')::inet <<= ?::cidr limit ?`,
    [lowestId, cidr, limit],
  );
  return rows.length;
}
