import { hashTag, type RedisConnection } from '#libs/redis';

/**
 * What the keys of a queue begin with. Without a cluster it's Bull's own prefix. In a cluster, each queue is in a slot of its
 * own, so that the queues are spread over the nodes.
 */
export function queuePrefix(redis: RedisConnection, queue: string): string {
  return redis.isCluster ? `bull:${hashTag(redis, queue)}` : 'bull';
}
