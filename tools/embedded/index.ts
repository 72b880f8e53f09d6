/** The servers that `npm start` and the tests start if no URL is set. None of this runs in production. */
export { isRunning } from '../process-identity.mjs';
export { once } from './application.ts';
export { findProgram, installPackage } from './debian-package.ts';
export type { EmbeddedServer, Log } from './embedded-server.ts';
export { startMailbox, type Mailbox } from './mailbox.ts';
export { freePort, isPortFree } from './ports.ts';
export { startPostgres } from './postgres.ts';
export { startRedis } from './redis.ts';
export { ensureSecrets, FirstAdmin, newNamedKey, newSigningKey, type Secrets } from './secrets.ts';
export { supervise } from './supervisor.ts';
export { unprivilegedUser } from './system-user.ts';
export { spawnTied } from './tied-child.ts';
