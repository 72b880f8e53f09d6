// A parent to be killed: starts the servers in the folder it is given, says where they are, and stays.
import { startPostgres, startRedis } from '../../dist/libs/embedded/src/index.js';

const options = { dataDir: process.argv[2], durable: true, log: () => undefined };
const servers = { postgres: await startPostgres(options), redis: await startRedis(options) };
console.log(JSON.stringify({ postgres: servers.postgres.pid, redis: servers.redis.pid }));
setInterval(() => undefined, 60_000);
