import type { EventEmitter } from 'node:events';
import type { MikroORM } from '@mikro-orm/postgresql';

/** After the connection is gone: by then whoever still gives its client back has done so. */
const GRACE_MS = 1000;

interface Client extends EventEmitter {
  release(destroy: boolean): void;
}

/**
 * Gives the pool back what a cut connection would take with it. Kysely keeps the client of a transaction whose
 * `begin`, `commit` or `rollback` failed, so each connection that PostgreSQL cuts would cost a place in the pool for
 * good, and closing the pool would wait for it for ever.
 */
export async function returnLostClients(orm: MikroORM): Promise<void> {
  const pool = (await orm.driver.getConnection().getNativeClient()) as EventEmitter;
  const taken = new Set<Client>();
  const watched = new WeakSet<Client>();
  const giveBack = (client: Client): void => {
    if (taken.has(client)) {
      client.release(true);
    }
  };
  // Watched when it is taken, not when it connects: the first one has connected before anybody could listen.
  pool.on('acquire', (client: Client) => {
    taken.add(client);
    if (!watched.has(client)) {
      watched.add(client);
      client.once('end', () => setTimeout(giveBack, GRACE_MS, client).unref());
    }
  });
  pool.on('release', (_error: unknown, client: Client) => taken.delete(client));
}
