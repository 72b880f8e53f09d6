import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { freePort } from '#tools/embedded';
import { ApiClient } from '../support/client.js';
import { eventually } from '../support/eventually.js';
import { aUser } from '../support/factories.js';
import { hold } from '../support/fixture.js';
import { bash, commandsUnder } from '../support/guide-commands.js';
import { useTemporaryFolder } from '../support/temporary-folder.js';

const GUIDE = 'docs/guides/back-up-and-restore.md';

// Starts everything twice, on machines that may be busy.
jest.setTimeout(120_000);

const folder = useTemporaryFolder();

describe('the guide to backups, for npm start', () => {
  it('brings back accounts', async () => {
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '',
      DATA_DIR: join(folder.path, '.data'),
      BACKUP: folder.path,
      PORT: String(await freePort()),
      MANAGEMENT_PORT: String(await freePort()),
    };
    const api = new ApiClient(`http://127.0.0.1:${env.PORT}`);
    const ada = aUser();
    await during(env, async () => expect((await api.register(ada)).status).toBe(201));
    await bash(commandsUnder(GUIDE, 'The data of `npm start`'), env, folder.path);
    await during(env, async () => expect((await api.login(ada)).status).toBe(200));
  });

  /** Runs `npm start` around the work. */
  async function during(env: Record<string, string>, work: () => Promise<void>): Promise<void> {
    const stdio = ['ignore', 'pipe', 'inherit'] as const;
    const spawned = spawn(process.execPath, ['tools/scripts/start.ts'], { env, stdio: [...stdio] });
    const child = await hold(spawned, (process) => process.kill('SIGKILL'));
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const exited = once(child, 'exit');
    await eventually(() => expect(output).toContain('Gatehouse is ready'), { timeoutMs: 60_000 });
    await work();
    child.kill('SIGINT');
    expect(await exited).toEqual([0, null]);
  }
});
