import { beforeEach, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { collectLog } from '../../../test/support/collected-log.js';
import { hold, useFixture } from '../../../test/support/fixture.js';
import { freezeTimers } from '../../../test/support/frozen-timers.js';
import { eventually } from '../../../test/support/servers.js';
import { useOwnRedis } from '../../../test/support/use-servers.js';
import { QueueConnections } from './queue-connections.js';

const TYPES = ['client', 'subscriber', 'bclient'] as const;
const CHECK_MS = 5_000;

const server = useOwnRedis();
const { redis } = useFixture(async () => ({
  redis: await hold(new Redis(server.url), (connection) => connection.disconnect()),
}));
let connections: QueueConnections;

beforeEach(async () => {
  connections = new QueueConnections(server.url);
  await hold(connections, (opened) => opened.close());
  await connections.ready();
});

it('asks Redis every five seconds whether it is there, except where that would wait for a blocking read', async () => {
  const intervals = freezeTimers('setInterval');
  const watched = await hold(new QueueConnections(server.url), (opened) => opened.close());
  const asked: string[] = [];
  for (const type of TYPES) {
    const connection = watched.provide(type, 'bull:greet:wait') as Redis;
    await eventually(() => expect(connection.status).toBe('ready'));
    connection.ping = () => {
      asked.push(type);
      return Promise.resolve('PONG' as const);
    };
  }
  intervals.pass(CHECK_MS - 1);
  expect(asked).toEqual([]);
  intervals.pass(1);
  expect(asked).toEqual(['client', 'subscriber']);
});

it('gives every queue connections that wait for Redis as long as it takes, and that many queues may share', () => {
  for (const type of TYPES) {
    const connection = connections.provide(type, 'bull:greet:wait') as Redis;
    // Bull would stop working on a queue whose connection has given up.
    expect([type, connection.options.maxRetriesPerRequest]).toEqual([type, null]);
    // Node warns of a leak when there are more.
    expect([type, connection.getMaxListeners()]).toEqual([type, 0]);
  }
});

it('warns of a Redis that evicts jobs once, however often it reconnects, and again after that was fixed meanwhile', async () => {
  const lines = collectLog();
  const warning = expect.objectContaining({ text: expect.stringContaining('allkeys-lru') });
  await hold(redis, () => redis.config('SET', 'maxmemory-policy', 'noeviction'));
  for (const [policy, warnings] of [
    ['allkeys-lru', 1],
    ['allkeys-lru', 1],
    ['noeviction', 1],
    ['allkeys-lru', 2],
  ] as const) {
    await redis.config('SET', 'maxmemory-policy', policy);
    await checkAgain();
    expect(lines).toEqual(Array(warnings).fill(warning));
  }
});

it('says nothing of connections that it has closed itself', () => {
  const lines = collectLog();
  connections.close();
  connections.client.emit('error', new Error('Connection is closed.'));
  expect(lines).toEqual([]);
});

/** As after each time that the connection is established. Resolves when the policy has been checked. */
async function checkAgain(): Promise<void> {
  const { client } = connections;
  const checked = Promise.withResolvers<unknown>();
  const info = client.info.bind(client) as (section: string) => Promise<string>;
  client.info = ((section: string) => {
    const answer = info(section);
    checked.resolve(answer);
    return answer;
  }) as typeof client.info;
  client.emit('ready');
  await checked.promise;
  await new Promise(setImmediate);
}
