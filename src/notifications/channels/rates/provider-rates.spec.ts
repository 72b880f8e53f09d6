import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { Clock } from '#libs/clock';
import { hold } from '../../../../test/support/fixture.js';
import { holdProviderRates } from '../../../../test/support/provider-rates.js';
import { useRedisCluster } from '../../../../test/support/redis-topology.js';
import { useOwnRedis } from '../../../../test/support/use-servers.js';
import type { ProviderPace } from './provider-pace.js';
import type { ProviderRates } from './provider-rates.js';
import type { Held, Rank } from './slot.js';

const NOON = Date.parse('2026-12-01T12:00:00Z');
const { signal } = new AbortController();

class SetClock extends Clock {
  constructor(private at = NOON) {
    super();
  }

  override now(): Date {
    return new Date(this.at);
  }

  pass(ms: number): void {
    this.at += ms;
  }
}

const redis = useOwnRedis();
const cluster = useRedisCluster('any');
const rates = { smtp: 1, push: 1 };

/** Sends, and has it come back if it was held. */
function turnOf(pace: ProviderPace, rank: Rank = 'ordinary', held: Held | null = null): Promise<Held | null> {
  const waiting = { rank, slot: held?.slot ?? null, before: new Date(NOON + 3_600_000) };
  return pace.turnOf(waiting, signal);
}

function smtpOf(process: ProviderRates): ProviderPace {
  return process.paceOf('smtp') as ProviderPace;
}

describe('the rate of a provider', () => {
  it('is shared by all processes, and what was held has its place in each of them', async () => {
    const clock = new SetClock();
    const given = { rates, url: redis.url, clock };
    const [one, other] = [smtpOf(await holdProviderRates(given)), smtpOf(await holdProviderRates(given))];
    expect(await turnOf(one)).toBeNull();
    const second = await turnOf(other);
    expect(second).toMatchObject({
      provider: 'smtp',
      until: new Date(NOON + 60_000),
      slot: { provider: 'smtp', at: NOON + 60_000 },
    });
    expect(await turnOf(one)).toMatchObject({ until: new Date(NOON + 120_000) });
    clock.pass(60_000);
    expect(await turnOf(one, 'ordinary', second)).toBeNull();
  });

  it('does not exist unless it was set', async () => {
    expect((await holdProviderRates({ rates })).paceOf('sms')).toBeNull();
  });

  it('is that of each push service, and a place at one is none at another', async () => {
    const process = await holdProviderRates({ rates, url: redis.url, clock: new SetClock() });
    const paceOf = (host: string) => process.paceOf('push', host) as ProviderPace;
    expect(await turnOf(paceOf('one.example'))).toBeNull();
    expect(await turnOf(paceOf('other.example'))).toBeNull();
    const held = await turnOf(paceOf('one.example'));
    expect(held).toMatchObject({ provider: 'one.example', slot: { provider: 'push:one.example' } });
    expect(await turnOf(paceOf('other.example'), 'ordinary', held)).toMatchObject({
      slot: { provider: 'push:other.example', at: NOON + 60_000 },
    });
  });

  it('holds nothing that would be too late then', async () => {
    const pace = smtpOf(await holdProviderRates({ rates, clock: new SetClock() }));
    await turnOf(pace);
    const waiting = { rank: 'ordinary', slot: null, before: new Date(NOON + 59_000) } as const;
    expect(await pace.turnOf(waiting, signal)).toEqual({
      provider: 'smtp',
      until: new Date(NOON + 60_000),
      slot: null,
    });
  });

  it('lets a message wait in its run if its turn is soon, but not when the process stops', async () => {
    const pace = smtpOf(await holdProviderRates({ rates: { smtp: 150 }, clock: new SetClock() }));
    await turnOf(pace);
    const startedAt = performance.now();
    expect(await turnOf(pace)).toBeNull();
    expect(performance.now() - startedAt).toBeGreaterThan(390);
    const waiting = { rank: 'urgent', slot: null, before: new Date(NOON) } as const;
    expect(await pace.turnOf(waiting, AbortSignal.abort())).toBeNull();
  });

  it('works on a cluster', async () => {
    const given = { rates, url: cluster.url, clock: new SetClock() };
    const [one, other] = [await holdProviderRates(given), await holdProviderRates(given)];
    for (let host = 0; host < 10; host += 1) {
      const name = `${host}.example`;
      expect(await turnOf(one.paceOf('push', name) as ProviderPace)).toBeNull();
      expect(await turnOf(other.paceOf('push', name) as ProviderPace)).not.toBeNull();
    }
  });
});

describe('without Redis', () => {
  it('each process keeps to the rate on its own, until Redis is back', async () => {
    const registry = new Registry();
    const clock = new SetClock();
    const pace = smtpOf(await holdProviderRates({ rates, url: redis.url, clock, registry }));
    const degraded = async () => /rate_degraded (\d)/.exec(await registry.metrics())?.[1];
    process.kill(redis.pid, 'SIGSTOP');
    await hold(redis, () => process.kill(redis.pid, 'SIGCONT'));
    expect(await turnOf(pace)).toBeNull();
    const held = await turnOf(pace);
    expect(held).toMatchObject({ until: new Date(NOON + 60_000) });
    expect(await degraded()).toBe('1');
    process.kill(redis.pid, 'SIGCONT');
  });

  it('remembers a bounded number of push services', async () => {
    const process = await holdProviderRates({ rates, clock: new SetClock() });
    const take = (host: number) => turnOf(process.paceOf('push', `${host}.example`) as ProviderPace);
    for (let host = 0; host <= 200; host += 1) {
      expect(await take(host)).toBeNull();
    }
    expect(await take(200)).not.toBeNull();
    expect(await take(0)).toBeNull();
  });
});

describe('metrics', () => {
  it('say what was held, and how long something new would wait', async () => {
    const registry = new Registry();
    const clock = new SetClock();
    const pace = smtpOf(await holdProviderRates({ rates, clock, registry }));
    const text = async () => registry.metrics();
    expect(await text()).toContain('gatehouse_provider_rate_holds_total{provider="smtp",rank="broadcast"} 0');
    expect(await text()).toContain('gatehouse_provider_rate_wait_seconds{provider="push",rank="ordinary"} 0');
    await turnOf(pace);
    await turnOf(pace, 'broadcast');
    await turnOf(pace, 'urgent');
    clock.pass(30_000);
    expect(await text()).toContain('gatehouse_provider_rate_holds_total{provider="smtp",rank="broadcast"} 1');
    expect(await text()).toContain('gatehouse_provider_rate_holds_total{provider="smtp",rank="ordinary"} 0');
    expect(await text()).toContain(
      'gatehouse_provider_rate_wait_seconds{provider="smtp",rank="ordinary"} 90',
    );
    expect(await text()).toContain(
      'gatehouse_provider_rate_wait_seconds{provider="smtp",rank="broadcast"} 150',
    );
  });
});
