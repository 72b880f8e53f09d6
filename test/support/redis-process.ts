import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { findProgram, freePort, spawnTied } from '#tools/embedded';
import { Redis } from 'ioredis';
import { createAuthority, type TestAuthority } from './certificates.js';
import { hold } from './fixture.js';
import { temporaryFolder } from './temporary-folder.js';

/** A Redis server, or a Sentinel, of several that belong together. */
export interface RedisProcess {
  readonly port: number;
  readonly pid: number;
  /** For commands of the test. */
  readonly admin: Redis;
}

export interface RedisProcessOptions {
  readonly password: string;
  /** Lines of its configuration. */
  readonly configuration: readonly string[];
  readonly isSentinel?: boolean;
  /** Which signs its certificate. Without one, there's no TLS. */
  readonly authority: TestAuthority | undefined;
}

/** Starts a process with a file for its configuration, because Sentinel writes what it finds out to its own. */
export async function startRedisProcess(options: RedisProcessOptions): Promise<RedisProcess> {
  const { password, configuration, isSentinel = false, authority } = options;
  const folder = await hold(temporaryFolder('redis'), (created) => created.remove());
  const port = await freePort();
  const { key, cert } = authority?.issue('IP:127.0.0.1') ?? {};
  const tls = [
    'port 0',
    `tls-port ${port}`,
    `tls-cert-file ${folder.write('cert.pem', cert ?? '')}`,
    `tls-key-file ${folder.write('key.pem', key ?? '')}`,
    `tls-ca-cert-file ${folder.write('ca.pem', authority?.ca ?? '')}`,
    'tls-auth-clients no',
    'tls-replication yes',
    ...(isSentinel ? [] : ['tls-cluster yes']),
  ];
  const log = join(folder.path, 'server.log');
  const file = folder.write(
    'redis.conf',
    [
      ...(authority ? tls : [`port ${port}`]),
      'bind 127.0.0.1',
      `dir ${folder.path}`,
      `logfile ${log}`,
      `requirepass ${password}`,
      ...configuration,
      '',
    ].join('\n'),
  );
  const child = spawnTied({
    command: findProgram('redis-server', 'valkey-server') ?? 'redis-server',
    args: [file, ...(isSentinel ? ['--sentinel'] : [])],
    env: { PATH: process.env['PATH'] },
    stdio: 'ignore',
    deathSignal: 'SIGKILL',
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  await hold(child, async () => {
    child.kill('SIGKILL');
    await exited;
  });
  const connection = {
    host: '127.0.0.1',
    port,
    password,
    maxRetriesPerRequest: null,
    ...(authority ? { tls: {} } : {}),
  };
  const admin = await hold(new Redis(connection), (open) => open.disconnect());
  // While the server starts, and after a test has killed it.
  admin.on('error', () => undefined);
  const end = exited.then(() => {
    throw new Error(`Redis did not start:\n${readFileSync(log, 'utf8')}`);
  });
  await Promise.race([admin.ping(), end]);
  return { port, pid: child.pid ?? 0, admin };
}

/** An authority that this process trusts, as one is trusted that `NODE_EXTRA_CA_CERTS` names. */
export async function trustedAuthority(): Promise<TestAuthority> {
  const authority = await hold(createAuthority(), (created) => created.remove());
  const others = getCACertificates('default');
  await hold(others, () => setDefaultCACertificates(others));
  setDefaultCACertificates([...others, authority.ca]);
  return authority;
}
