/** What an error of PostgreSQL means to the caller. */
export type Effect =
  /** The same work may succeed at once: another transaction got in its way. */
  | 'retry'
  /** PostgreSQL cannot do it now. */
  | 'unavailable'
  /** The work contradicts other data. */
  | 'conflict'
  /** The work contains a value that PostgreSQL cannot store. */
  | 'invalid';

interface Meaning {
  readonly effect: Effect;
  /** The connection is of no more use: another one may lead to a server that works. */
  readonly endsConnection?: boolean;
}

const UNAVAILABLE: Meaning = { effect: 'unavailable' };
const LOST: Meaning = { effect: 'unavailable', endsConnection: true };
const CONFLICT: Meaning = { effect: 'conflict' };
const INVALID: Meaning = { effect: 'invalid' };

/**
 * By SQLSTATE, or its beginning: the longest that fits applies (PostgreSQL documentation, appendix A). Errors without
 * an entry are bugs.
 */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  // Connection exception.
  '08': LOST,
  // Feature not supported: "cached plan must not change result type", after a migration.
  '0A': LOST,
  // Data exception.
  '22': INVALID,
  // Integrity constraint violation.
  '23': CONFLICT,
  '23502': INVALID,
  '23514': INVALID,
  // Invalid cursor state.
  '24': UNAVAILABLE,
  // Invalid transaction state. 25006 is read only, so this server is a standby: after a failover, its name leads to
  // another one.
  '25': LOST,
  // A pooler has switched servers, and the new one doesn't know the statement or cursor.
  '26': LOST,
  '34': LOST,
  // Invalid authorization: the password was changed, or the role is gone.
  '28': LOST,
  // Invalid transaction termination, dependent objects, no such database, no such schema.
  '2B': UNAVAILABLE,
  '2D': LOST,
  '3B': LOST,
  '3D': LOST,
  '3F': UNAVAILABLE,
  // Transaction rollback: serialization failure, deadlock.
  '40': { effect: 'retry' },
  '40002': CONFLICT,
  '40003': LOST,
  // The schema isn't what this release needs (undefined table, undefined column), or a right is missing.
  '42': UNAVAILABLE,
  // Check option of a view.
  '44': INVALID,
  // Insufficient resources: disk, memory, connections.
  '53': UNAVAILABLE,
  // Program limit exceeded: a value is too long for an index.
  '54': INVALID,
  // Object not in the right state, lock not available.
  '55': UNAVAILABLE,
  // Operator intervention: a cancelled statement or a timeout; shutdown, crash, terminated connection.
  '57': UNAVAILABLE,
  '57P': LOST,
  // System error, configuration file error, internal error.
  '58': UNAVAILABLE,
  F0: UNAVAILABLE,
  XX: UNAVAILABLE,
};

/** Node's codes for errors of the socket, DNS or TLS. A connection with one of them no longer works. */
const SOCKET_ERROR = /^(E[A-Z]{4,}|ENOTFOUND|EAI_AGAIN|ERR_(TLS|SSL|SOCKET|STREAM)\w*|CERT_\w+|\w*_CERT\w*)$/;
const LOST_CONNECTION = /Query read timeout|Connection terminated|not queryable|timeout expired/i;
const NO_CONNECTION =
  /timeout exceeded when trying to connect|does not support SSL|SSL negotiation|SASL|no pg_hba/i;

/** @returns undefined if the error doesn't come from PostgreSQL or the way there, or is a bug of ours */
export function meaningOf(error: unknown): Meaning | undefined {
  const causes = causesOf(error);
  const code = codeOf(causes);
  if (code !== undefined && /^[0-9A-Z]{5}$/.test(code)) {
    const meaning = MEANINGS[code] ?? MEANINGS[code.slice(0, 3)] ?? MEANINGS[code.slice(0, 2)];
    if (meaning) {
      return meaning;
    }
  }
  if (
    (code !== undefined && SOCKET_ERROR.test(code)) ||
    causes.some(({ message }) => LOST_CONNECTION.test(message))
  ) {
    return LOST;
  }
  return causes.some(({ message }) => NO_CONNECTION.test(message)) ? UNAVAILABLE : undefined;
}

/** Whether the server didn't answer in time. It may still be working on the statement. */
export function isReadTimeout(error: unknown): boolean {
  return causesOf(error).some(({ message }) => message === 'Query read timeout');
}

/** The first code in the chain of causes: a SQLSTATE or a socket error code. */
export function sqlStateOf(error: unknown): string | undefined {
  return codeOf(causesOf(error));
}

function codeOf(causes: readonly Error[]): string | undefined {
  return causes
    .map((cause) => (cause as { code?: unknown }).code)
    .find((code): code is string => typeof code === 'string');
}

function causesOf(error: unknown): Error[] {
  const causes: Error[] = [];
  for (let cause: unknown = error; cause instanceof Error && causes.length < 10; cause = cause.cause) {
    causes.push(cause);
  }
  return causes;
}
