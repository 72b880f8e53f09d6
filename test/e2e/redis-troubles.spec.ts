import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { ApiClient } from '../support/client.js';
import { metricOf } from '../support/metrics.js';
import type { RedisProcess } from '../support/redis-process.js';
import { useSentinelGroup } from '../support/redis-topology.js';
import { eventually } from '../support/servers.js';
import { useApps, useUser } from '../support/use-app.js';

/** Of requests from one address, in a minute. */
const LIMIT = 20;
/** Between two requests of a loop. */
const PAUSE_MS = 20;
/** Sentinel waits for ten seconds between two failovers of the same group. */
const ELECTED = { timeoutMs: 30_000 };
/** A request waits for Redis once, and briefly. */
const SIGN_IN_WITHIN_MS = 3_000;
const MIN_SIGN_INS = 10;
const TIMEOUT_MS = 60_000;

const group = useSentinelGroup();
const replicas = useApps(
  { one: 'api', two: 'api' },
  {
    PUBLIC_URL: 'http://gatehouse.test',
    RATE_LIMIT_AUTH: `${LIMIT}/60`,
    RATE_LIMIT_DEFAULT: '100000/60',
    RATE_LIMIT_ADDRESS: '100000/60',
    TRUSTED_PROXIES: '127.0.0.1/32',
  },
  { redis: group },
);
/** Signs in again and again, which ends the oldest sessions. So someone else reads. */
const user = useUser(replicas.one.api);
const reader = useUser(replicas.one.api);

interface Seen {
  readonly signIns: number[];
  readonly slowestMs: number;
  readonly reads: number[];
  /** How many requests of one caller each replica has let through. */
  readonly allowed: number[];
}

/** In this order: each needs the servers as the one before left them. */
describe('while people sign in, and one caller tries more than the limit', () => {
  it(
    'Redis can lose everything',
    () =>
      expectNoHarmDuring(async () => {
        for (let n = 0; n < 5; n += 1) {
          await group.primary.admin.flushall();
          await delay(300);
        }
      }),
    TIMEOUT_MS,
  );

  it(
    'Redis can fail over, as an operator asks it to',
    () =>
      expectNoHarmDuring(async () => {
        await group.failOver();
        await becomesPrimary(group.replica);
      }),
    TIMEOUT_MS,
  );

  it(
    'Redis can freeze until Sentinel replaces it',
    () =>
      expectNoHarmWhileReplaced(group.replica, 'SIGSTOP', group.primary).finally(() =>
        process.kill(group.replica.pid, 'SIGCONT'),
      ),
    TIMEOUT_MS,
  );

  it(
    'Redis can be killed',
    () => expectNoHarmWhileReplaced(group.primary, 'SIGKILL', group.replica),
    TIMEOUT_MS,
  );

  it(
    'and replicas share their limits again',
    async () => {
      await eventually(async () => {
        await replicas.one.api.as(reader.session).me();
        await replicas.two.api.as(reader.session).me();
        expect(await degraded()).toEqual([0, 0]);
      });
      const { allowed } = await during(() => Promise.resolve());
      expect(allowed.reduce((sum, count) => sum + count, 0)).toBe(LIMIT);
    },
    TIMEOUT_MS,
  );
});

/** Sends the primary a signal, until Sentinel has made its replica the primary. */
async function expectNoHarmWhileReplaced(
  primary: RedisProcess,
  signal: NodeJS.Signals,
  successor: RedisProcess,
): Promise<void> {
  await becomesReplica(successor);
  await expectNoHarmDuring(async () => {
    process.kill(primary.pid, signal);
    await eventually(async () => expect(await degraded()).toEqual([1, 1]));
    await becomesPrimary(successor);
  });
}

async function expectNoHarmDuring(trouble: () => Promise<unknown>): Promise<void> {
  const { signIns, slowestMs, reads, allowed } = await during(trouble);
  process.stdout.write(
    `${signIns.length} sign-ins, the slowest ${Math.round(slowestMs)} ms, ${reads.length} reads, ` +
      `${allowed.join(' and ')} allowed of one caller\n`,
  );
  expect(signIns.filter((status) => status !== 200)).toEqual([]);
  expect(slowestMs).toBeLessThan(SIGN_IN_WITHIN_MS);
  expect(reads.filter((status) => status !== 200)).toEqual([]);
  for (const count of allowed) {
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThanOrEqual(LIMIT);
  }
}

let callers = 0;

/** Each request comes from an address of its own, except for those of one caller. */
async function during(trouble: () => Promise<unknown>): Promise<Seen> {
  let isOver = false;
  const repeat = async (deed: (n: number) => Promise<unknown>): Promise<void> => {
    for (let n = 0; !isOver; n += 1) {
      await deed(n);
      await delay(PAUSE_MS);
    }
  };
  const apis = [replicas.one.api, replicas.two.api] as const;
  const inTurn = (n: number): ApiClient => (n % 2 === 0 ? apis[0] : apis[1]).with(nextCaller());
  const nextCaller = (): Record<string, string> => {
    callers += 1;
    return { 'x-forwarded-for': `198.18.${callers >> 8}.${callers & 255}` };
  };
  const greedy = nextCaller();
  const signIns: number[] = [];
  const reads: number[] = [];
  const allowed = [0, 0];
  const refused = [0, 0];
  let slowestMs = 0;
  const loops = [
    repeat(async (n) => {
      const startedAt = performance.now();
      const { status } = await inTurn(n).login(user);
      slowestMs = Math.max(slowestMs, performance.now() - startedAt);
      signIns.push(status);
    }),
    repeat(async (n) => {
      reads.push((await inTurn(n).as(reader.session).me()).status);
    }),
    ...apis.map((api, index) =>
      repeat(async () => {
        const { status } = await api.with(greedy).verify('no token');
        const counts = status === 429 ? refused : allowed;
        expect([400, 429]).toContain(status);
        counts[index] = (counts[index] ?? 0) + 1;
      }),
    ),
  ];
  const enough = eventually(() => {
    expect(signIns.length).toBeGreaterThan(MIN_SIGN_INS);
    expect(Math.min(...refused)).toBeGreaterThan(0);
  });
  await Promise.all([trouble(), enough]).finally(() => (isOver = true));
  await Promise.all(loops);
  return { signIns, slowestMs, reads, allowed };
}

function degraded(): Promise<number[]> {
  return Promise.all(
    [replicas.one, replicas.two].map((app) => metricOf(app, 'gatehouse_rate_limit_degraded')),
  );
}

async function becomesPrimary({ admin }: RedisProcess): Promise<void> {
  await eventually(async () => expect((await admin.role())[0]).toBe('master'), ELECTED);
}

/** And has the primary's data. */
async function becomesReplica({ admin }: RedisProcess): Promise<void> {
  await eventually(async () => expect(await admin.role()).toContain('connected'), ELECTED);
}
