import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it, jest } from '@jest/globals';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { createRedis, type RedisConnection } from '#libs/redis';
import { hold } from '../../../test/support/fixture.js';
import { eventually } from '../../../test/support/servers.js';
import { useOwnRedis } from '../../../test/support/use-servers.js';
import type { Hit } from './hit.js';
import { LimitStorage } from './limit.storage.js';

const LIMIT = 1_000;
const MINUTE_MS = 60_000;

const redis = useOwnRedis();

interface Replica {
  readonly storage: LimitStorage;
  readonly connection: RedisConnection;
  readonly registry: Registry;
}

describe('three replicas with leases', () => {
  it('allow 1,000 of 60,000 requests in bursts, within 1 percent', async () => {
    const replicas = await startReplicas(3);
    let allowed = 0;
    for (let burst = 0; burst < 300; burst += 1) {
      const replica = replicas[burst % 3] as Replica;
      const verdicts = await Promise.all(Array.from({ length: 200 }, () => count(replica, 'bursts')));
      allowed += verdicts.filter(Boolean).length;
    }
    expect(allowed).toBeLessThanOrEqual(LIMIT);
    expect(allowed).toBeGreaterThanOrEqual(0.99 * LIMIT);
  });

  it('allow all 1,000 of a caller who moves from one to the next', async () => {
    const replicas = await startReplicas(3);
    for (const replica of replicas) {
      for (let n = 0; n < 300; n += 1) {
        expect(await count(replica, 'moving')).toBe(true);
      }
    }
    // Until the leases have ended, some replicas have requests that others lack.
    let allowed = 900;
    await eventually(async () => {
      while (await count(replicas[0] as Replica, 'moving')) {
        allowed += 1;
      }
      expect(allowed).toBe(LIMIT);
    });
  });

  it('ask Redis for few of the requests of a busy caller', async () => {
    const [replica] = (await startReplicas(1)) as [Replica];
    for (let n = 0; n < 900; n += 1) {
      await count(replica, 'busy');
    }
    const answered = /gatehouse_rate_limit_certain_total (\d+)/.exec(await replica.registry.metrics())?.[1];
    expect(Number(answered)).toBeGreaterThan(750);
  });

  it('ask Redis about a caller once at a time', async () => {
    const [replica] = (await startReplicas(1)) as [Replica];
    const take = jest.spyOn(
      replica.connection as RedisConnection & { gatehouseTake: () => Promise<number[]> },
      'gatehouseTake',
    );
    const first = count(replica, 'waiting');
    await nextTurn();
    const others = Array.from({ length: 12 }, () => count(replica, 'waiting'));
    await nextTurn();
    expect(take).toHaveBeenCalledTimes(1);
    expect(await Promise.all([first, ...others])).toEqual(Array(13).fill(true));
    expect(take).toHaveBeenCalledTimes(2);
  });

  it('give back what they have leased when they stop', async () => {
    const [replica] = (await startReplicas(1)) as [Replica];
    let sent = 0;
    do {
      await count(replica, 'stopping');
      sent += 1;
    } while ((await countedInRedis(replica, 'stopping')) <= sent);
    await replica.storage.onModuleDestroy();
    expect(await countedInRedis(replica, 'stopping')).toBe(sent);
  });
});

describe('when Redis has lost its counts', () => {
  it('each replica allows no more than the limit', async () => {
    const replicas = await startReplicas(2);
    const [one, two] = replicas as [Replica, Replica];
    const before = [await exhaust(one, 'emptied', 600), await exhaust(two, 'emptied', 300)];
    expect(before).toEqual([600, 300]);
    await one.connection.flushall();
    expect(await exhaust(one, 'emptied', 2 * LIMIT)).toBeLessThanOrEqual(LIMIT - 600);
    expect(await exhaust(two, 'emptied', 2 * LIMIT)).toBeLessThanOrEqual(LIMIT - 300);
  });
});

async function startReplicas(count: number): Promise<Replica[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const connection = createRedis(redis.url);
      await hold(connection.connect(), () => connection.disconnect());
      const registry = new Registry();
      const storage = new LimitStorage(connection, pino({ level: 'silent' }), registry);
      await hold(storage, () => storage.onModuleDestroy());
      return { storage, connection, registry };
    }),
  );
}

async function count({ storage }: Replica, caller: string): Promise<boolean> {
  return (await storage.count(aHit(caller), 'default')).allowed;
}

/** @returns how many of the attempts were allowed */
async function exhaust(replica: Replica, caller: string, attempts: number): Promise<number> {
  let allowed = 0;
  for (let n = 0; n < attempts; n += 1) {
    allowed += (await count(replica, caller)) ? 1 : 0;
  }
  return allowed;
}

/** The first element of the list. */
async function countedInRedis({ connection }: Replica, caller: string): Promise<number> {
  return Number(await connection.lindex(caller, 0));
}

function aHit(key: string): Hit {
  return { key, limit: LIMIT, windowMs: MINUTE_MS };
}
