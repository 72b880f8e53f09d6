import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { signUp } from '../support/factories.js';
import { hold } from '../support/fixture.js';
import { useTemporaryFolder } from '../support/temporary-folder.js';
import { useServers } from '../support/use-servers.js';

const servers = useServers();
const folder = useTemporaryFolder();

describe('DATABASE_URL', () => {
  it('may lead to a Unix socket, as for psql', async () => {
    const { hostname, port, username, password, pathname } = new URL(servers.database.url);
    await hold(socketTo({ host: hostname, port: Number(port) }, join(folder.path, '.s.PGSQL.5432')), close);
    const app = await servers.start('api', {
      DATABASE_URL: `postgres://${username}:${password}@${pathname}?host=${folder.path}`,
    });
    expect((await (await signUp(app.api)).api.me()).status).toBe(200);
  });
});

describe('the start of a process', () => {
  it('names the variable with a URL that a driver could not read, but not its password', async () => {
    const app = await servers.launch('api', { REDIS_URL: 'redis://:hunter2-100%@127.0.0.1:6379' });
    expect(await app.exited).toEqual({ code: 1, signal: null });
    expect(app.logs()).toMatch(/- REDIS_URL contains a % .*: write % as %25/);
    expect(app.logs()).not.toMatch(/hunter2|URI malformed/);
  });

  it('warns about variables that look like misspelled ones', async () => {
    const app = await servers.start('worker', {
      TRUSTED_PROXY: '10.0.0.0/8',
      OAUTH_ACME_ISSUER: 'https://acme.test',
    });
    const warnings = app
      .logs()
      .split('\n')
      .filter((line) => line.includes('is not a variable'));
    expect(warnings.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
      'TRUSTED_PROXY is not a variable of Gatehouse: did you mean TRUSTED_PROXIES?',
    ]);
  });
});

/** A socket in the file system that leads to a TCP port. */
async function socketTo(target: { host: string; port: number }, path: string): Promise<Server> {
  const server = createServer((socket) => {
    const onward = connect(target);
    socket.on('error', () => onward.destroy());
    onward.on('error', () => socket.destroy());
    socket.pipe(onward).pipe(socket);
  });
  server.listen(path);
  await once(server, 'listening');
  return server;
}

function close(server: Server): void {
  server.close();
}
