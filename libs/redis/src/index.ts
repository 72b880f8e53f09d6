export { redisOutage } from './redis-outage.js';
export { connectDedicated, connectRedis, createRedis } from './redis.js';
export { wordOf } from './redis-errors.js';
export { hashTag, primariesOf, type RedisConnection, type RedisServers } from './redis-servers.js';
export { REDIS, RedisModule } from './redis.module.js';
export { ReplicaChannel } from './replica-channel.js';
export { ReplicatedCache } from './replicated-cache.js';
