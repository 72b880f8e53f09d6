import type { EventEmitter } from 'node:events';
import type { PooledClient } from './pooled-client.js';

/** Grace period for the code that uses a lost client to release it itself. */
const GRACE_MS = 100;

interface CheckedOut {
  release(destroy: boolean): void;
}
type PoolClient = PooledClient & CheckedOut;

/**
 * Keeps clients that no longer work out of a pool.
 *
 * Lost clients are released: Kysely doesn't release the client of a transaction whose `begin`, `commit` or `rollback`
 * failed, so each would take up a slot for good, and closing the pool would wait for it forever.
 *
 * When one client gives up its connection, the idle ones are closed too: they lead to the same server, which may have
 * vanished or been demoted, and each would otherwise cost one more request to find out.
 */
export function careFor(pool: EventEmitter): void {
  const idle = new Set<PoolClient>();
  const checkedOut = new Set<PoolClient>();
  pool.on('connect', (client: PoolClient) => {
    client.once('end', () => setTimeout(releaseIfCheckedOut, GRACE_MS, client).unref());
    client.onServerLost = () => {
      idle.forEach((other) => {
        other.abandon();
        // The pool drops it now and not when the socket reports its end, so nobody gets it in between.
        other.emit('error', new Error('the connection leads to a server that failed'));
      });
    };
  });
  pool.on('acquire', (client: PoolClient) => {
    idle.delete(client);
    checkedOut.add(client);
  });
  pool.on('release', (_error: unknown, client: PoolClient) => {
    checkedOut.delete(client);
    idle.add(client);
  });
  pool.on('remove', (client: PoolClient) => {
    idle.delete(client);
  });

  function releaseIfCheckedOut(client: PoolClient): void {
    if (checkedOut.has(client)) {
      client.release(true);
    }
  }
}
