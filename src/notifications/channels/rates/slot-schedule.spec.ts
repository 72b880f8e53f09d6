import { describe, expect, it } from '@jest/globals';
import { PATIENCE_MS, type Rank, type Slot } from './slot.js';
import { type SlotSchedule, takeSlot } from './slot-schedule.js';

/** Ten in a second. */
const INTERVAL_MS = 100;
const START = Date.parse('2026-12-01T12:00:00Z');
const NEVER_TOO_LATE = Infinity;
const PER_MINUTE = 600;
/** What a provider takes in a second and a half, as decision 0049 says, and the ones at both ends of the minute. */
const BURST = 15 + 2;

interface Arrival {
  readonly rank: Rank;
  /** Since the start, in milliseconds. */
  readonly at: number;
  /** What's different about its group, for the tests. */
  readonly group?: string;
}

interface Sent extends Arrival {
  readonly sentAt: number;
  readonly holds: number;
}

interface Outbox {
  /** When a message that is due comes back. At once, unless it says otherwise. Null: never. */
  readonly comesBackAt?: (due: number, arrival: Arrival) => number | null;
}

/** Lets messages arrive, wait and come back. @returns what was sent, in order */
function simulate(arrivals: readonly Arrival[], { comesBackAt = (due) => due }: Outbox = {}): Sent[] {
  let schedule: SlotSchedule | undefined;
  const sent: Sent[] = [];
  const waiting = arrivals.map((arrival) => ({
    arrival,
    at: arrival.at,
    slot: null as Slot | null,
    holds: 0,
  }));
  while (waiting.length > 0) {
    const first = waiting.reduce(
      (soonest, each, i) => (each.at < (waiting[soonest]?.at ?? 0) ? i : soonest),
      0,
    );
    const [message] = waiting.splice(first, 1) as [(typeof waiting)[number]];
    const { arrival, slot, holds } = message;
    const request = { rank: arrival.rank, intervalMs: INTERVAL_MS, slot, before: NEVER_TOO_LATE };
    const taken = takeSlot(schedule, request, START + message.at);
    schedule = taken.schedule;
    const at = taken.turn.at - START;
    if (taken.turn.kind === 'now') {
      sent.push({ ...arrival, sentAt: at, holds });
    } else if (taken.turn.kind === 'later') {
      const backAt = comesBackAt(at, arrival);
      if (backAt !== null) {
        waiting.push({ arrival, at: backAt, slot: taken.turn.slot, holds: holds + 1 });
      }
    }
  }
  return sent.sort((one, other) => one.sentAt - other.sentAt);
}

function times<T>(count: number, create: (number: number) => T): T[] {
  return Array.from({ length: count }, (_, number) => create(number));
}

/** The most messages in any minute. */
function mostInMinute(sent: readonly Sent[]): number {
  const inMinute = sent.map(
    (first) => sent.filter(({ sentAt }) => sentAt >= first.sentAt && sentAt < first.sentAt + 60_000).length,
  );
  return Math.max(...inMinute);
}

function durationOf(sent: readonly Sent[]): number {
  return sent.at(-1)?.sentAt ?? 0;
}

function are(rank: Rank, sent: readonly Sent[]): Sent[] {
  return sent.filter((each) => each.rank === rank);
}

describe('the slots of a provider', () => {
  it('are an interval apart, in the order of arrival', () => {
    const sent = simulate(times(50, (number) => ({ rank: 'ordinary', at: 0, group: String(number) })));
    expect(sent.map(({ sentAt }) => sentAt)).toEqual(times(50, (number) => number * INTERVAL_MS));
    expect(sent.map(({ group }) => Number(group))).toEqual(times(50, (number) => number));
  });

  it('let a message that comes alone go at once', () => {
    const arrivals = times(20, (number) => ({ rank: 'ordinary', at: number * 150 }) as const);
    expect(simulate(arrivals).map(({ sentAt, at }) => sentAt - at)).toEqual(times(20, () => 0));
  });

  it('put each message of a broadcast off once at most, and keep their order', () => {
    const sent = simulate(
      times(1_000, (number) => ({ rank: 'broadcast', at: number, group: String(number) })),
    );
    expect(Math.max(...sent.map(({ holds }) => holds))).toBe(1);
    expect(sent.slice(20).map(({ group }) => Number(group))).toEqual(times(980, (number) => number + 20));
    expect(durationOf(sent)).toBeCloseTo(1_000 * INTERVAL_MS, -3);
    expect(mostInMinute(sent)).toBeLessThanOrEqual(PER_MINUTE + BURST);
  });

  it('never let what is urgent wait, and the others make up for it', () => {
    const broadcast = times(300, () => ({ rank: 'broadcast', at: 0 }) as const);
    const urgent = times(50, (number) => ({ rank: 'urgent', at: 5_000 + number }) as const);
    const sent = simulate([...broadcast, ...urgent]);
    expect(are('urgent', sent).map(({ sentAt, at }) => sentAt - at)).toEqual(times(50, () => 0));
    expect(durationOf(sent)).toBeCloseTo(350 * INTERVAL_MS, -3);
    // Between 5 s and 10 s, fifty were sent at once, and nothing else.
    expect(sent.filter(({ sentAt }) => sentAt >= 5_600 && sentAt < 9_900)).toEqual([]);
  });

  it('let ordinary notifications go before broadcasts, without asking for more than the rate', () => {
    const broadcast = times(300, () => ({ rank: 'broadcast', at: 0 }) as const);
    const ordinary = times(40, (number) => ({ rank: 'ordinary', at: 3_000 + number * 250 }) as const);
    const sent = simulate([...broadcast, ...ordinary]);
    expect(Math.max(...are('ordinary', sent).map(({ sentAt, at }) => sentAt - at))).toBeLessThanOrEqual(
      PATIENCE_MS,
    );
    expect(durationOf(sent)).toBeCloseTo(340 * INTERVAL_MS, -3);
    expect(mostInMinute(sent)).toBeLessThanOrEqual(PER_MINUTE + BURST);
  });

  it('put broadcasts off a few times only, although others take half of the rate', () => {
    const broadcast = times(1_000, () => ({ rank: 'broadcast', at: 0 }) as const);
    const ordinary = times(1_000, (number) => ({ rank: 'ordinary', at: number * 2 * INTERVAL_MS }) as const);
    const sent = simulate([...broadcast, ...ordinary]);
    // They wait for up to 200 s, of which half is left each time.
    expect(Math.max(...are('broadcast', sent).map(({ holds }) => holds))).toBeLessThanOrEqual(10);
    expect(durationOf(sent)).toBeCloseTo(2_000 * INTERVAL_MS, -4);
    expect(mostInMinute(sent)).toBeLessThanOrEqual(PER_MINUTE + BURST);
  });
});

describe('messages that come back late', () => {
  it('are not sent all at once after an outage', () => {
    const outage = (due: number) => (due > 10_000 && due < 40_000 ? 40_000 + due / 1_000 : due);
    const sent = simulate(
      times(1_000, () => ({ rank: 'broadcast', at: 0 })),
      { comesBackAt: outage },
    );
    expect(sent).toHaveLength(1_000);
    expect(mostInMinute(sent)).toBeLessThanOrEqual(PER_MINUTE + BURST);
    expect(durationOf(sent)).toBeLessThan(1_000 * INTERVAL_MS + 32_000);
  });

  it('and are not of a broadcast are not sent all at once, either', () => {
    const sent = simulate(
      times(1_000, () => ({ rank: 'ordinary', at: 0 })),
      { comesBackAt: (due) => (due > 5_000 && due < 25_000 ? 25_000 : due) },
    );
    expect(sent).toHaveLength(1_000);
    expect(mostInMinute(sent)).toBeLessThanOrEqual(PER_MINUTE + BURST);
  });

  it('cost nothing of the rate if all of them are, because the queue before them is long', () => {
    const sent = simulate(
      times(1_000, (number) => ({ rank: 'broadcast', at: number * 10 })),
      { comesBackAt: (due) => Math.max(due, 10_000) + 3_000 },
    );
    expect(durationOf(sent)).toBeLessThan(1_000 * INTERVAL_MS * 1.05);
    expect(mostInMinute(sent)).toBeLessThanOrEqual(PER_MINUTE + BURST);
  });

  it('or never, leave their slots to others', () => {
    const canceled = times(500, () => ({ rank: 'broadcast', at: 0, group: 'canceled' }) as const);
    const next = times(
      200,
      (number) => ({ rank: 'broadcast', at: 5_000 + number * 100, group: 'next' }) as const,
    );
    const sent = simulate([...canceled, ...next], {
      comesBackAt: (due, { group }) => (group === 'canceled' && due > 3_000 ? null : due),
    });
    const late = sent.filter(({ group, sentAt, at }) => group === 'next' && sentAt - at > PATIENCE_MS);
    expect(late.length).toBeLessThan(10);
  });
});

describe('a message that would be too late', () => {
  it('is told so at once, and takes no slot', () => {
    let schedule: SlotSchedule | undefined;
    const take = (rank: Rank, before: number, slot: Slot | null = null) => {
      const taken = takeSlot(schedule, { rank, intervalMs: 60_000, slot, before }, START);
      schedule = taken.schedule;
      return taken.turn;
    };
    take('ordinary', START);
    for (const rank of ['ordinary', 'broadcast'] as const) {
      expect(take(rank, START + 59_999)).toMatchObject({ kind: 'never', at: START + 60_000 });
    }
    expect(take('ordinary', START + 60_000)).toMatchObject({ kind: 'later', at: START + 60_000 });
    const waits = take('broadcast', START + 120_000) as { slot: Slot };
    expect(waits).toMatchObject({ kind: 'later', at: START + 120_000 });
    take('urgent', START);
    expect(take('broadcast', START + 120_000, waits.slot)).toMatchObject({
      kind: 'never',
      at: START + 180_000,
    });
  });
});

describe('a slot of a schedule that was lost', () => {
  it('is not one of the next schedule', () => {
    const request = { rank: 'broadcast', intervalMs: 60_000, before: NEVER_TOO_LATE } as const;
    const slot = { schedule: START - 1, at: START + 3_600_000 };
    expect(takeSlot(undefined, { ...request, slot }, START).turn).toMatchObject({ kind: 'now' });
  });
});

describe('what it says about the next ones', () => {
  it('is when they could be sent', () => {
    let schedule: SlotSchedule | undefined;
    const take = (rank: Rank) => {
      const taken = takeSlot(
        schedule,
        { rank, intervalMs: 60_000, slot: null, before: NEVER_TOO_LATE },
        START,
      );
      schedule = taken.schedule;
      const { ordinary, broadcast } = taken.turn.next;
      return [ordinary - START, broadcast - START];
    };
    expect(take('ordinary')).toEqual([60_000, 60_000]);
    expect(take('broadcast')).toEqual([60_000, 120_000]);
    expect(take('urgent')).toEqual([120_000, 180_000]);
  });
});
