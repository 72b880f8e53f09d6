import { type ApiApp, startApiApp, type TestClock } from './api-app.js';
import type { ApiClient } from './client.js';
import { hold } from './fixture.js';
import type { Servers, Settings } from './use-servers.js';

/** Replicas of the API behind a balancer, which can be replaced without losing a request. */
export interface RollingReplicas {
  /** Sends a request to the next replica in turn. */
  readonly call: <T>(request: (api: ApiClient) => Promise<T>) => Promise<T>;
  /**
   * One after the other: starts a new replica, and stops an old one once it has answered everything.
   * @param retiring is called with each old one, while it still answers
   */
  readonly rollOut: (retiring: (api: ApiClient) => Promise<unknown>) => Promise<void>;
}

interface Replica extends ApiApp {
  readonly calls: Set<Promise<unknown>>;
}

/**
 * Starts two, in Jest's own process and under one clock, so that a test can wait for an hour.
 * @param settings are read by each replica when it starts
 */
export async function startReplicas(
  { database, redisUrl }: Servers,
  clock: TestClock,
  settings: Settings,
): Promise<RollingReplicas> {
  const environment = { ...settings, DATABASE_URL: database.url, REDIS_URL: redisUrl };
  const start = async (): Promise<Replica> => ({
    ...(await startApiApp(environment, [], clock)),
    calls: new Set(),
  });
  const replicas = [await start(), await start()];
  await hold(replicas, (left) => Promise.all(left.map((replica) => replica.close())));
  let turn = 0;
  return {
    call: (request) => {
      turn += 1;
      const { api, calls } = replicas[turn % replicas.length] as Replica;
      const call = request(api).finally(() => calls.delete(call));
      calls.add(call);
      return call;
    },
    rollOut: async (retiring) => {
      for (const [position, old] of replicas.entries()) {
        const next = await start();
        await retiring(old.api);
        replicas[position] = next;
        await Promise.allSettled(old.calls);
        await old.close();
      }
    },
  };
}
