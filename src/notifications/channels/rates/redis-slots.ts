import type { RedisConnection } from '#libs/redis';
import { GRACE_MS, PATIENCE_MS, type SlotRequest, type Turn } from './slot.js';

/**
 * `takeSlot` of `slot-schedule.ts`, in Redis: atomic, so processes can't promise the same slot twice. The time is passed,
 * because it is compared with that of the outbox, whose clock is PostgreSQL's. Numbers are passed as texts with 17 digits,
 * because Redis would cut off the fractions of an interval.
 *
 * KEYS: the schedule, a hash. ARGV: now, the rank, the interval, when it's too late, and the slot's schedule and time, or
 * nothing. Returns the kind of the turn, its time, the slot's schedule and time, and when the next ones could be sent.
 */
const SCRIPT = `
local now, rank, interval = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])
local patience, grace = ${PATIENCE_MS}, ${GRACE_MS}
local known = redis.call('HMGET', KEYS[1], 'id', 'sent', 'ordinary', 'broadcast', 'delay')
local function read(field, default) return known[field] and tonumber(known[field]) or default end
local id, sent, ordinary, broadcast, delay = read(1, now), read(2, 0), read(3, 0), read(4, 0), read(5, 0)
local before = { ordinary, broadcast, delay }
local own = tonumber(ARGV[5]) == id and tonumber(ARGV[6]) or nil
local kind, at, slot

local function send(time)
  kind, at, sent = 'now', time, math.max(sent, time - grace) + interval
end
local function wait(time, promised)
  kind, at, slot = 'later', time, promised
end
local function delayBroadcasts(time)
  if broadcast + delay > time then delay = delay + interval end
end
local function nextOfBroadcast()
  return math.max(broadcast + delay, ordinary, sent, now)
end

if rank == 'urgent' then
  ordinary = math.max(ordinary, now) + interval
  delayBroadcasts(now)
  send(now)
elseif own then
  local due = rank == 'broadcast' and own + delay or own
  local mayOverlap = rank == 'ordinary' and own >= now - grace
  local free = math.max(due, now, mayOverlap and now or sent)
  if due > now + patience then
    wait(due, own)
  elseif free <= now + patience then
    send(free)
  end
elseif rank == 'broadcast' and sent + grace <= now then
  send(now)
end

if not kind then
  local time, promised
  if rank == 'ordinary' then
    time = math.max(ordinary, now)
    promised = time
    ordinary = time + interval
    delayBroadcasts(time)
  else
    time = nextOfBroadcast()
    promised = time - delay
    broadcast = promised + interval
  end
  if time > now + patience then wait(time, promised) else send(time) end
end

if kind == 'later' and at > tonumber(ARGV[4]) then
  kind, ordinary, broadcast, delay = 'never', before[1], before[2], before[3]
end
local function exact(number) return string.format('%.17g', number) end
if kind ~= 'never' then
  redis.call('HSET', KEYS[1], 'id', exact(id), 'sent', exact(sent), 'ordinary', exact(ordinary),
    'broadcast', exact(broadcast), 'delay', exact(delay))
  redis.call('PEXPIRE', KEYS[1], math.ceil(math.max(sent, ordinary, broadcast + delay) - now + grace))
end
return { kind, exact(at), exact(id), exact(slot or 0), exact(math.max(ordinary, now)), exact(nextOfBroadcast()) }`;

type ScriptRunner = RedisConnection & {
  gatehouseTakeSlot(keys: 1, key: string, ...values: (string | number)[]): Promise<readonly string[]>;
};

/** Gives the messages of all processes their turns. What isn't needed any more expires. */
export class RedisSlots {
  private readonly redis: ScriptRunner;

  constructor(redis: RedisConnection) {
    // ioredis sends EVALSHA, and falls back to EVAL if Redis doesn't have the script.
    redis.defineCommand('gatehouseTakeSlot', { lua: SCRIPT });
    this.redis = redis as ScriptRunner;
  }

  /**
   * @param key of the schedule. The only one that the script uses, so any node of a cluster can have it
   * @throws ioredis's error if Redis is down or too slow
   */
  async take(key: string, { rank, intervalMs, before, slot }: SlotRequest, now: number): Promise<Turn> {
    const own = slot ? [slot.schedule, slot.at] : ['', ''];
    const reply = await this.redis.gatehouseTakeSlot(1, key, now, rank, intervalMs, before, ...own);
    const [at, schedule, promised, ordinary, broadcast] = reply.slice(1).map(Number) as Five;
    const next = { ordinary, broadcast };
    return reply[0] === 'later'
      ? { kind: 'later', at, slot: { schedule, at: promised }, next }
      : { kind: reply[0] === 'now' ? 'now' : 'never', at, next };
  }
}

type Five = [number, number, number, number, number];
