/**
 * Errors of Redis after which a connection is of no more use, by the word they begin with. A new connection may lead to
 * another server after a failover, or be allowed again after a password was changed.
 */
const ENDING: ReadonlySet<string> = new Set([
  // This server is no longer the primary, or a replica without one.
  'READONLY',
  'MASTERDOWN',
  'UNBLOCKED',
  // The password is missing or was changed, or the user's rights were.
  'NOAUTH',
  'WRONGPASS',
  'NOPERM',
]);

/** Otherwise ioredis would go on in database 0, which may belong to someone else. */
const WRONG_DATABASE = /^ERR (?:DB index is out of range|invalid DB index)/;

/**
 * Whether the connection must be replaced. Not for states of the server that a new connection would find unchanged:
 * LOADING, BUSY, OOM, MISCONF, CLUSTERDOWN, TRYAGAIN, NOREPLICAS.
 */
export function endsConnection(error: Error): boolean {
  return (
    ENDING.has(wordOf(error)) ||
    WRONG_DATABASE.test(error.message) ||
    /-READONLY |\bREADONLY You can't write/.test(error.message)
  );
}

/** Whether a node of a cluster refuses a command because another one has the key by now. */
export function isElsewhere(error: Error): boolean {
  return wordOf(error) === 'MOVED';
}

/** The error's code, such as `OOM`, which contains no values. */
export function wordOf({ message }: Error): string {
  return /^[A-Z]+/.exec(message)?.[0] ?? '';
}
