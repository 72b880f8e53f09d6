import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { expectOnlyJson, linesOf, logged } from '../support/log-lines.js';
import { eventually } from '../support/servers.js';
import { useApps } from '../support/use-app.js';

const preload = {
  NODE_OPTIONS: `--import=${pathToFileURL(resolve('test/support/crash-on-signal.mjs')).href}`,
  DRAIN_SECONDS: '1',
};
const apps = useApps({ all: 'all', api: 'api', worker: 'worker', notifications: 'notifications' }, preload);
const ROLES = ['all', 'api', 'worker', 'notifications'] as const;
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

describe('a process', () => {
  it.each(ROLES)('says first which version and role it is: %s', (role) => {
    expect(linesOf(apps[role])[0]).toMatchObject({ level: 'info', role, msg: 'starting', version });
  });
});

describe('a bug that nobody catches', () => {
  it.each(ROLES)('ends the process in an orderly way, with a redacted line in the log: %s', async (role) => {
    const app = apps[role];
    await app.kill('SIGUSR2');
    expect(await app.exited).toEqual({ code: 1, signal: null });
    const fatal = linesOf(app).filter(({ level }) => level === 'fatal');
    expect(fatal).toMatchObject([
      { role, msg: 'unhandled rejection', err: { message: 'a forgotten promise for [email]' } },
    ]);
    expect(app.logs()).toMatch(/draining for 1 seconds/);
    expectOnlyJson(app);
    expect(app.logs()).not.toMatch(/hunter2|ada@/);
  });

  it('ends a process that is not ready yet, too', async () => {
    const app = await apps.launch('api', { ...preload, CRASH_AT_ONCE: 'yes' });
    expect(await app.exited).toEqual({ code: 1, signal: null });
    const fatal = linesOf(app).filter(({ level }) => level === 'fatal');
    expect(fatal).toMatchObject([
      { msg: 'uncaught exception', err: { message: 'a forgotten exception for [email]' } },
    ]);
    expectOnlyJson(app);
    expect(app.logs()).not.toMatch(/hunter2|ada@/);
  });

  it('is not assumed of a warning of Node, which is logged like everything else', async () => {
    const app = await apps.start('api', preload);
    await app.kill('SIGWINCH');
    expect(await logged(app, 'warning of Node.js')).toMatchObject({
      level: 'warn',
      err: { message: 'a deprecated call for [email]' },
    });
    expect(await app.stop()).toEqual({ code: 0, signal: null });
    expectOnlyJson(app);
  });

  it('ends with 1 even if a signal arrives during the shutdown', async () => {
    const app = await apps.start('api', preload);
    await app.kill('SIGUSR2');
    await eventually(() => expect(app.logs()).toMatch(/draining/));
    await app.kill('SIGTERM');
    expect(await app.exited).toEqual({ code: 1, signal: null });
  });

  it('that comes up during a shutdown changes the exit code', async () => {
    const app = await apps.start('api', preload);
    await app.kill('SIGTERM');
    await eventually(() => expect(app.logs()).toMatch(/draining/));
    await app.kill('SIGUSR2');
    expect(await app.exited).toEqual({ code: 1, signal: null });
  });
});
