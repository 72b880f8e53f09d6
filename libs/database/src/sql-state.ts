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

/**
 * By SQLSTATE, or its beginning: the longest that fits applies (PostgreSQL documentation, appendix A). Errors without
 * an entry are bugs.
 */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  // Connection exception.
  '08': { effect: 'unavailable', endsConnection: true },
  // Feature not supported: "cached plan must not change result type", after a migration.
  '0A': { effect: 'unavailable', endsConnection: true },
  // Data exception.
  '22': { effect: 'invalid' },
  // Integrity constraint violation.
  '23': { effect: 'conflict' },
  '23502': { effect: 'invalid' },
  '23514': { effect: 'invalid' },
  // Invalid cursor or transaction state.
  '24': { effect: 'unavailable' },
  '25': { effect: 'unavailable', endsConnection: true },
  // Read only, so this server is a standby: after a failover, the name leads to another one.
  '25006': { effect: 'unavailable', endsConnection: true },
  // A pooler has switched servers, and the new one doesn't know the statement or cursor.
  '26': { effect: 'unavailable', endsConnection: true },
  '34': { effect: 'unavailable', endsConnection: true },
  // Invalid authorization: the password was changed, or the role is gone.
  '28': { effect: 'unavailable', endsConnection: true },
  // Invalid transaction termination, dependent objects, no such database, no such schema.
  '2B': { effect: 'unavailable' },
  '2D': { effect: 'unavailable', endsConnection: true },
  '3B': { effect: 'unavailable', endsConnection: true },
  '3D': { effect: 'unavailable', endsConnection: true },
  '3F': { effect: 'unavailable' },
  // Transaction rollback: serialization failure, deadlock.
  '40': { effect: 'retry' },
  '40002': { effect: 'conflict' },
  '40003': { effect: 'unavailable', endsConnection: true },
  // The schema isn't what this release needs (undefined table, undefined column), or a right is missing.
  '42': { effect: 'unavailable' },
  // Check option of a view.
  '44': { effect: 'invalid' },
  // Insufficient resources: disk, memory, connections.
  '53': { effect: 'unavailable' },
  // Program limit exceeded: a value is too long for an index.
  '54': { effect: 'invalid' },
  // Object not in the right state, lock not available.
  '55': { effect: 'unavailable' },
  // Operator intervention: a cancelled statement or a timeout; shutdown, crash, terminated connection.
  '57': { effect: 'unavailable' },
  '57P': { effect: 'unavailable', endsConnection: true },
  // System error, configuration file error, internal error.
  '58': { effect: 'unavailable' },
  F0: { effect: 'unavailable' },
  XX: { effect: 'unavailable' },
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
    return { effect: 'unavailable', endsConnection: true };
  }
  return causes.some(({ message }) => NO_CONNECTION.test(message)) ? { effect: 'unavailable' } : undefined;
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
