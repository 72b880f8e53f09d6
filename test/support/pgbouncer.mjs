import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findProgram, freePort, installPackage, spawnTied } from '#tools/embedded';

/**
 * PgBouncer (Debian's package) in front of a PostgreSQL server, with its stock settings except for the pool mode.
 * @param {string} upstream the URL of a database on that server
 * @returns {Promise<{ through: (url: string) => string, stop: () => Promise<void> }>} `through` leads a database's URL
 * through it
 */
export async function startPgBouncer(upstream) {
  const { hostname, port: upstreamPort, username, password } = new URL(upstream);
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-pgbouncer-'));
  const users = join(folder, 'users');
  const settings = join(folder, 'pgbouncer.ini');
  // It refuses to run as root, and another user has to read these.
  await chmod(folder, 0o711);
  await writeFile(users, `"${decodeURIComponent(username)}" "${decodeURIComponent(password)}"\n`);
  await writeFile(
    settings,
    `[databases]
* = host=${hostname} port=${upstreamPort}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
pool_mode = transaction
`,
  );
  const child = spawnTied({
    command: await program(),
    args: [...(process.getuid?.() === 0 ? ['-u', 'nobody'] : []), settings],
    env: process.env,
    stdio: ['ignore', 'ignore', 'pipe'],
    deathSignal: 'SIGKILL',
  });
  let output = '';
  child.stderr.on('data', (chunk) => (output += chunk));
  await listening(
    port,
    () => child.exitCode === null || Promise.reject(new Error(`PgBouncer ended:\n${output}`)),
  );
  return {
    through: (url) => Object.assign(new URL(url), { host: `127.0.0.1:${port}` }).href,
    stop: async () => {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function program() {
  const installed = findProgram('pgbouncer');
  if (installed) {
    return installed;
  }
  const failure = await installPackage('PgBouncer', ['pgbouncer'], console.error);
  const found = findProgram('pgbouncer');
  if (!found) {
    throw new Error(`The tests need PgBouncer. ${failure}`);
  }
  return found;
}

async function listening(port, check) {
  for (;;) {
    await check();
    const socket = connect(port, '127.0.0.1');
    const isOpen = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (isOpen) {
      return;
    }
    await delay(50);
  }
}
