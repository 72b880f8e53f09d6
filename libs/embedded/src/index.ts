/** Servers that `npm start` and the tests bring along when no URL names one. Nothing here runs in a cluster. */
export { findProgram, installPackage } from './debian-package.js';
export type { EmbeddedServer, Log } from './embedded-server.js';
export { freePort } from './ports.js';
export { startPostgres } from './postgres.js';
export { startRedis } from './redis.js';
export { startMailbox, type Mailbox } from './mailbox.js';
export { ensureSecrets, newNamedKey, newSigningKey, type Secrets } from './secrets.js';
export { isRunning } from './process-identity.js';
export { spawnTied } from './tied-child.js';
