import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { acquireLock, LockHeld, withLock } from '../../tools/lock.mjs';
import { useDataFolders } from './temporary-folder.js';

const folders = useDataFolders();

const lockFile = (): string => join(folders.create(), 'lock');

/** Starts another process that takes the lock and runs until it is killed. */
async function holder(path: string, then = ''): Promise<ChildProcess> {
  const script = `
    const { acquireLock } = await import(${JSON.stringify(resolve('tools', 'lock.mjs'))});
    const lock = await acquireLock(${JSON.stringify(path)});
    ${then}
    console.log('held');
    setInterval(() => {}, 60_000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

describe('the lock file', () => {
  it('reports the process that still holds it when the wait is over', async () => {
    const path = lockFile();
    const child = await holder(path);
    const waitingFor: number[] = [];
    const attempt = acquireLock(path, { patienceMs: 200, onWait: (pid) => waitingFor.push(pid) });
    await expect(attempt).rejects.toMatchObject({ pid: child.pid });
    await expect(attempt).rejects.toBeInstanceOf(LockHeld);
    expect(waitingFor).toEqual([child.pid]);
    await kill(child);
  });

  it('is taken over from a process that was killed', async () => {
    const path = lockFile();
    const child = await holder(path);
    await kill(child);
    (await acquireLock(path, { patienceMs: 0 })).release();
    expect(existsSync(path)).toBe(false);
  });

  it('is taken over from an earlier process with the same id, and if it is unreadable', async () => {
    for (const content of [
      JSON.stringify({ holders: [{ pid: process.pid, identity: 'earlier' }] }),
      '{"hold',
    ]) {
      const path = lockFile();
      writeFileSync(path, content);
      (await acquireLock(path, { patienceMs: 0 })).release();
    }
  });

  it('stays taken while a child that shares it is running', async () => {
    const path = lockFile();
    const child = spawn('sleep', ['60']);
    const parent = await holder(path, `lock.share(${child.pid});`);
    await kill(parent);
    await expect(acquireLock(path, { patienceMs: 0 })).rejects.toMatchObject({ pid: child.pid });
    await kill(child);
    (await acquireLock(path, { patienceMs: 0 })).release();
  });

  it('lets only one caller run at a time, and is released after an error', async () => {
    const path = lockFile();
    let running = 0;
    const work = async (): Promise<void> => {
      running += 1;
      expect(running).toBe(1);
      await new Promise(setImmediate);
      running -= 1;
    };
    await Promise.all(Array.from({ length: 5 }, () => withLock(path, work)));
    await expect(withLock(path, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(existsSync(path)).toBe(false);
  });
});
