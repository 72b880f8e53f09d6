import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { isRunning } from '#tools/embedded';
import { describe, expect, it, jest } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { useDataFolders } from './temporary-folder.js';

// Many processes on real disks: much slower on a busy machine.
jest.setTimeout(90_000);

const folders = useDataFolders();

interface Held {
  readonly parent: ChildProcess;
  readonly pids: { readonly postgres: number; readonly redis: number };
}

async function holdServers(dataDir: string): Promise<Held> {
  const script = join('test', 'embedded', 'hold-servers.mjs');
  const parent = spawn(process.execPath, [script, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  return { parent, pids: JSON.parse(line.toString()) as Held['pids'] };
}

describe('servers whose parent is killed', () => {
  const onLinux = process.platform === 'linux' ? it : it.skip;

  onLinux('exit, too', async () => {
    const { parent, pids } = await holdServers(folders.create());
    parent.kill('SIGKILL');
    await eventually(() => {
      expect(isRunning(pids.postgres)).toBe(false);
      expect(isRunning(pids.redis)).toBe(false);
    });
  });

  it('can be started again right away', async () => {
    const dataDir = folders.create();
    for (let round = 0; round < 3; round++) {
      const { parent } = await holdServers(dataDir);
      parent.kill('SIGKILL');
    }
    const { parent, pids } = await holdServers(dataDir);
    expect(isRunning(pids.postgres) && isRunning(pids.redis)).toBe(true);
    parent.kill('SIGKILL');
    await eventually(() => expect(isRunning(pids.postgres) || isRunning(pids.redis)).toBe(false));
  });
});
