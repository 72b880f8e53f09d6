import { GRACE_MS, PATIENCE_MS, type Slot, type SlotRequest, type Turn } from './slot.js';

/** When a provider is free. Times are in milliseconds since the epoch. */
export interface SlotSchedule {
  readonly id: number;
  /** After everything that was sent, but for up to `GRACE_MS` less than that. */
  readonly sent: number;
  /** After everything that was sent or promised, without broadcasts. */
  readonly ordinary: number;
  /** After everything that was promised to broadcasts, without `delayMs`. */
  readonly broadcast: number;
  /** How much later than promised broadcasts are, because others went first. */
  readonly delayMs: number;
}

/** What becomes of the schedule, and of the message. */
interface Taken<T> {
  readonly schedule: SlotSchedule;
  readonly turn: T;
}

type NowOrLater = { kind: 'now'; at: number } | { kind: 'later'; at: number; slot: Slot };

/**
 * GCRA (the generic cell rate algorithm of ITU-T I.371), with promises: a message that can't be sent yet gets the slot after
 * those that wait, and comes back then.
 *
 * Whatever goes ahead of broadcasts delays all of them by one interval. That's one addition, however many wait: they notice
 * when they come back. The slot of a message that comes back late, or never, isn't lost: a message of a broadcast that is
 * late goes as soon as the provider is free, and if that isn't used for a while, new ones do, too.
 *
 * `redis-slots.ts` has the same rules in Lua.
 */
export function takeSlot(known: SlotSchedule | undefined, request: SlotRequest, now: number): Taken<Turn> {
  const before = known ?? { id: now, sent: 0, ordinary: 0, broadcast: 0, delayMs: 0 };
  const { schedule: after, turn } = RULES[request.rank](before, request, now);
  const { at } = turn;
  return turn.kind === 'later' && at > request.before
    ? { schedule: before, turn: { kind: 'never', at, next: nextOf(before, now) } }
    : { schedule: after, turn: { ...turn, next: nextOf(after, now) } };
}

const RULES = { urgent, ordinary, broadcast };

/** Never waits, but counts: the others make up for it. */
function urgent(schedule: SlotSchedule, { intervalMs }: SlotRequest, now: number): Taken<NowOrLater> {
  const borrowed = { ...schedule, ordinary: Math.max(schedule.ordinary, now) + intervalMs };
  return send(delayBroadcasts(borrowed, now, intervalMs), now, intervalMs);
}

/** Goes ahead of broadcasts, in the order of arrival. */
function ordinary(schedule: SlotSchedule, { intervalMs, slot }: SlotRequest, now: number): Taken<NowOrLater> {
  if (slot?.schedule === schedule.id) {
    if (slot.at > now + PATIENCE_MS) {
      return { schedule, turn: { kind: 'later', at: slot.at, slot } };
    }
    const isLate = slot.at < now - GRACE_MS;
    const at = Math.max(slot.at, now, isLate ? schedule.sent : now);
    if (at <= now + PATIENCE_MS) {
      return send(schedule, at, intervalMs);
    }
  }
  const { ordinary: at } = nextOf(schedule, now);
  const promised = delayBroadcasts({ ...schedule, ordinary: at + intervalMs }, at, intervalMs);
  return at > now + PATIENCE_MS
    ? { schedule: promised, turn: { kind: 'later', at, slot: { schedule: schedule.id, at } } }
    : send(promised, at, intervalMs);
}

/** Goes when nobody else needs the provider. */
function broadcast(
  schedule: SlotSchedule,
  { intervalMs, slot }: SlotRequest,
  now: number,
): Taken<NowOrLater> {
  const { id, sent, delayMs } = schedule;
  if (slot?.schedule === id) {
    const due = slot.at + delayMs;
    if (due > now + PATIENCE_MS) {
      return { schedule, turn: { kind: 'later', at: due, slot } };
    }
    const at = Math.max(due, now, sent);
    if (at <= now + PATIENCE_MS) {
      return send(schedule, at, intervalMs);
    }
  } else if (sent + GRACE_MS <= now) {
    return send(schedule, now, intervalMs);
  }
  const { broadcast: at } = nextOf(schedule, now);
  const promised = { ...schedule, broadcast: at - delayMs + intervalMs };
  return at > now + PATIENCE_MS
    ? { schedule: promised, turn: { kind: 'later', at, slot: { schedule: id, at: at - delayMs } } }
    : send(promised, at, intervalMs);
}

function send(schedule: SlotSchedule, at: number, intervalMs: number): Taken<NowOrLater> {
  return {
    schedule: { ...schedule, sent: Math.max(schedule.sent, at - GRACE_MS) + intervalMs },
    turn: { kind: 'now', at },
  };
}

/** Those that wait are later by what is sent at `at`, unless that's after them. */
function delayBroadcasts(schedule: SlotSchedule, at: number, intervalMs: number): SlotSchedule {
  const { broadcast: end, delayMs } = schedule;
  return end + delayMs > at ? { ...schedule, delayMs: delayMs + intervalMs } : schedule;
}

function nextOf(
  { sent, ordinary: ordinaryEnd, broadcast: end, delayMs }: SlotSchedule,
  now: number,
): Turn['next'] {
  return {
    ordinary: Math.max(ordinaryEnd, now),
    broadcast: Math.max(end + delayMs, ordinaryEnd, sent, now),
  };
}
