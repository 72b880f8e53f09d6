import { describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { SharedClock } from '#libs/clock';
import { createRedis } from '#libs/redis';
import { hold, useFixture } from '../../../../test/support/fixture.js';
import { eventually, redisUrl } from '../../../../test/support/servers.js';
import { RedisSlots } from './redis-slots.js';
import { GRACE_MS, RANKS, type Slot, type SlotRequest } from './slot.js';
import { type SlotSchedule, takeSlot } from './slot-schedule.js';

const START = Date.parse('2026-12-01T12:00:00Z');
const DAY_MS = 86_400_000;

describe('RedisSlots', () => {
  const { connections } = useFixture(async () => {
    const url = await redisUrl();
    const opened = [createRedis(url), createRedis(url)] as [Redis, Redis];
    for (const redis of opened) {
      await hold(redis.connect(), () => redis.disconnect());
    }
    return { connections: opened };
  });
  const slots = () => new RedisSlots(connections[0]);

  it('has the rules of takeSlot, whatever comes', async () => {
    const random = randomFrom(4711);
    let schedule: SlotSchedule | undefined;
    let now = START;
    const waiting: Slot[] = [{ schedule: START - 1, at: START }];
    const kinds = new Set<string>();
    for (let step = 0; step < 2_000; step += 1) {
      now += Math.floor(random() ** 6 * 3_000);
      const request: SlotRequest = {
        rank: RANKS[Math.floor(random() * 2.99)] ?? 'urgent',
        intervalMs: 60_000 / (step % 2 === 0 ? 700 : 311),
        slot: random() < 0.5 ? (waiting[Math.floor(random() * waiting.length)] ?? null) : null,
        before: now + random() * 20_000,
      };
      const expected = takeSlot(schedule, request, now);
      schedule = expected.schedule;
      expect(await slots().take('rules', request, now)).toEqual(expected.turn);
      kinds.add(`${request.rank} ${expected.turn.kind}`);
      if (expected.turn.kind === 'later') {
        waiting.push(expected.turn.slot);
      }
    }
    expect([...kinds].toSorted()).toEqual([
      'broadcast later',
      'broadcast never',
      'broadcast now',
      'ordinary later',
      'ordinary never',
      'ordinary now',
      'urgent now',
    ]);
  });

  it('lets two processes send as many as the rate allows together, and in no window more', async () => {
    const perSecond = 200;
    const count = 1_000;
    const clock = new SharedClock();
    const startedAt = clock.millis();
    const send = async (process: RedisSlots): Promise<number> => {
      let slot: Slot | null = null;
      for (;;) {
        const now = clock.millis();
        const request = { rank: 'broadcast', intervalMs: 1_000 / perSecond, slot, before: Infinity } as const;
        const turn = await process.take('shared', request, now);
        await delay(Math.ceil(turn.at) - clock.millis());
        if (turn.kind === 'now') {
          return turn.at - startedAt;
        }
        slot = turn.kind === 'later' ? turn.slot : null;
      }
    };
    const processes = connections.map((redis) => new RedisSlots(redis));
    const sentAt = await Promise.all(
      Array.from({ length: count }, (_, number) => send(processes[number % 2] as RedisSlots)),
    );
    const seconds = Math.max(...sentAt) / 1_000;
    expect(seconds).toBeGreaterThan((count / perSecond) * 0.95 - GRACE_MS / 1_000);
    expect(seconds).toBeLessThan((count / perSecond) * 1.05);
    for (const first of sentAt) {
      const inWindow = sentAt.filter((at) => at >= first && at < first + 3_000).length;
      expect(inWindow).toBeLessThanOrEqual(perSecond * (3 + GRACE_MS / 1_000) + 2);
    }
  });

  it('keeps one small key for a provider, and nothing once nobody waits', async () => {
    const [redis] = connections;
    const request = { rank: 'broadcast', intervalMs: 20, slot: null } as const;
    const now = Date.now();
    for (let number = 0; number < 100; number += 1) {
      await slots().take('kept', { ...request, before: now + DAY_MS }, now);
    }
    expect(await redis.hlen('kept')).toBe(5);
    expect(await redis.pttl('kept')).toBeGreaterThan(1_500);
    expect(await redis.pttl('kept')).toBeLessThanOrEqual(2_500);
    const late = { rank: 'ordinary', intervalMs: 1, slot: null, before: now + 600_000 } as const;
    await slots().take('brief', late, now);
    await eventually(async () => expect(await redis.exists('brief')).toBe(0));
  });

  it('begins a new schedule when Redis has lost the old one, with the script', async () => {
    const [redis] = connections;
    const request = { rank: 'broadcast', intervalMs: 60_000, before: START + DAY_MS } as const;
    await slots().take('lost', { ...request, slot: null }, START);
    const turn = await slots().take('lost', { ...request, slot: null }, START);
    expect(turn.kind).toBe('later');
    await redis.del('lost');
    await redis.script('FLUSH');
    const slot = turn.kind === 'later' ? turn.slot : null;
    expect((await slots().take('lost', { ...request, slot }, START + 1)).kind).toBe('now');
  });
});

/** Mulberry32: the same numbers in each run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
