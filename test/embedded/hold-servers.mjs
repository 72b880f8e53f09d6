// A parent to kill: starts the servers in the given folder, prints their ids, and waits.
import { startPostgres, startRedis } from '#tools/embedded';

const options = { dataDir: process.argv[2], durable: true, log: () => undefined };
const servers = { postgres: await startPostgres(options), redis: await startRedis(options) };
console.log(JSON.stringify({ postgres: servers.postgres.pid, redis: servers.redis.pid }));
setInterval(() => undefined, 60_000);
