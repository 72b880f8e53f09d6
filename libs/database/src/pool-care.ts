import type { EventEmitter } from 'node:events';
import type { MikroORM } from '@mikro-orm/postgresql';

/** Grace period for the code that uses a lost client to release it itself. */
const GRACE_MS = 1000;

interface Client extends EventEmitter {
  release(destroy: boolean): void;
}

/**
 * Releases clients whose connection was lost. Kysely doesn't release the client of a transaction whose `begin`,
 * `commit` or `rollback` failed. Each connection that PostgreSQL closes would then take up a slot in the pool for good,
 * and closing the pool would wait for it forever.
 */
export async function returnLostClients(orm: MikroORM): Promise<void> {
  const pool = (await orm.driver.getConnection().getNativeClient()) as EventEmitter;
  const checkedOut = new Set<Client>();
  const watched = new WeakSet<Client>();
  const releaseIfCheckedOut = (client: Client): void => {
    if (checkedOut.has(client)) {
      client.release(true);
    }
  };
  // Start watching on 'acquire', not on 'connect': the first client has connected before we can listen.
  pool.on('acquire', (client: Client) => {
    checkedOut.add(client);
    if (!watched.has(client)) {
      watched.add(client);
      client.once('end', () => setTimeout(releaseIfCheckedOut, GRACE_MS, client).unref());
    }
  });
  pool.on('release', (_error: unknown, client: Client) => checkedOut.delete(client));
}
