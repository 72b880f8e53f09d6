import { queuePrefix } from '#libs/dead-letters';
import type { Service } from '#libs/messaging';
import type { RedisConnection } from '#libs/redis';

/** What Bull keeps the IDs of jobs in. */
const LISTS = ['wait', 'paused', 'active'];
const SETS = ['delayed', 'failed', 'completed'];
const AT_ONCE = 500;

/**
 * Counts the messages on their way to a service by the key that they are sealed with. Knows how Bull stores jobs, as
 * `DeadLetters` does, so that processes without queues can count them.
 * @returns by the ID of the key
 */
export async function queuedMessages(
  redis: RedisConnection,
  { deliver }: Service,
): Promise<ReadonlyMap<string, number>> {
  const key = (suffix: string): string => `${queuePrefix(redis, deliver.name)}:${deliver.name}:${suffix}`;
  const found = await Promise.all([
    ...LISTS.map((list) => redis.lrange(key(list), 0, -1)),
    ...SETS.map((set) => redis.zrange(key(set), 0, -1)),
  ]);
  const ids = [...new Set(found.flat())];
  const counts = new Map<string, number>();
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const payloads = await Promise.all(
      ids.slice(from, from + AT_ONCE).map((id) => redis.hget(key(id), 'data')),
    );
    for (const id of payloads.flatMap((payload) => keyIdOf(payload) ?? [])) {
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
  }
  return counts;
}

/** Undefined for a job that is gone by now. */
function keyIdOf(payload: string | null): string | undefined {
  const { sealed = '' } = JSON.parse(payload ?? '{}') as { readonly sealed?: string };
  return sealed.split('.')[1];
}
