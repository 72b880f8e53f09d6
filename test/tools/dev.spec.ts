import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort, isRunning } from '#tools/embedded';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { useFixture } from '../support/fixture.js';
import { copyProject } from '../support/project-copy.js';

const SAVES = 2;
const THINKING_MS = 2_000;
/** A restart takes less than a second on an idle machine; this one may be busy. */
const GENEROUS_MS = 15_000;
const SOURCE = 'src/processes/serve.ts';

jest.setTimeout(120_000);

const project = useFixture(async () => ({ folder: await copyProject() }));
let dev: ChildProcess;
let output = '';
let port: number;
let inspectorPort: number;
let original: string;

beforeAll(async () => {
  original = readFileSync(join(project.folder, SOURCE), 'utf8');
  [port, inspectorPort] = [await freePort(), await freePort()];
  save(`PORT=${port}\nMANAGEMENT_PORT=${await freePort()}\n`, '.env');
  dev = spawn(process.execPath, ['tools/scripts/dev.ts', `--inspect=${inspectorPort}`], {
    cwd: project.folder,
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  dev.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  dev.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await prints('Gatehouse is ready');
});

afterAll(async () => {
  if (dev.exitCode === null) {
    dev.kill('SIGTERM');
    await once(dev, 'close');
  }
});

function save(text: string, path = SOURCE): void {
  writeFileSync(join(project.folder, path), text);
}

/** The source under another title, which the OpenAPI document shows. */
function titled(title: string): string {
  return original.replace("title: 'Gatehouse'", `title: '${title}'`);
}

async function serves(title: string): Promise<void> {
  await eventually(
    async () => {
      const response = await fetch(`http://127.0.0.1:${port}/openapi/v2.json`);
      expect(await response.json()).toMatchObject({ info: { title } });
    },
    { timeoutMs: GENEROUS_MS },
  );
}

async function prints(text: string | RegExp): Promise<void> {
  await eventually(() => expect(output).toMatch(text), { timeoutMs: 60_000 });
}

function serverPids(): number[] {
  return ['postgres/data/postmaster.pid', 'redis/server.pid'].map((path) =>
    Number.parseInt(readFileSync(join(project.folder, '.data', path), 'utf8'), 10),
  );
}

function childrenOf(pid: number): number[] {
  return execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map(Number);
}

describe('npm run dev', () => {
  it('serves a saved change, while the servers keep running', async () => {
    const servers = serverPids();
    const times: number[] = [];
    for (let number = 1; number <= SAVES; number++) {
      // Nobody saves the next change as soon as the last one is served: by then, the next process stands by.
      await delay(THINKING_MS);
      const savedAt = performance.now();
      save(titled(`Save ${number}`));
      await serves(`Save ${number}`);
      times.push(performance.now() - savedAt);
    }
    expect(serverPids()).toEqual(servers);
    process.stdout.write(`npm run dev: ${times.map(Math.round).join(' and ')} ms from save to served\n`);
    expect(Math.max(...times)).toBeLessThan(GENEROUS_MS);
    expect(output).toMatch(/Ready again \(\d+\.\d s after the change\)/);
  });

  it('lets a debugger attach, before and after a restart', async () => {
    expect(output).toContain(`Debugger       127.0.0.1:${inspectorPort}`);
    const targets = await fetch(`http://127.0.0.1:${inspectorPort}/json/list`);
    expect(await targets.json()).toEqual([expect.objectContaining({ type: 'node' })]);
  });

  it('prints a syntax error and goes on serving until it is fixed', async () => {
    save(original.replace('export function serve(', 'export function (('));
    await prints(/src\/processes\/serve\.ts: .*\n[\s\S]*export function \(\(/);
    await serves(`Save ${SAVES}`);
    save(titled('Fixed'));
    await serves('Fixed');
  });

  it('prints a type error, and that it is gone, without stopping the application', async () => {
    save(`${titled('Wrong type')}\nexport const wrong: number = 'text';\n`);
    await serves('Wrong type');
    await prints(/error TS2322[\s\S]*Found 1 error\./);
    save(titled('Right type'));
    await serves('Right type');
    await prints(/Found 1 error\.[\s\S]*Found 0 errors\./);
  });

  it('waits for a change after a crash', async () => {
    save(`${titled('Crash')}\nthrow new Error('a mistake at the top');\n`);
    await prints('Gatehouse exited (exit code 1). Its output above says why. Waiting for a change');
    save(titled('Recovered'));
    await serves('Recovered');
  });

  it('sees files in new folders, and files that are gone', async () => {
    mkdirSync(join(project.folder, 'src/processes/titles'));
    save(`export const TITLE = 'New folder';\n`, 'src/processes/titles/title.ts');
    const importing = `import { TITLE } from './titles/title.js';\n${original}`;
    save(importing.replace("title: 'Gatehouse'", 'title: TITLE'));
    await serves('New folder');
    save(`export const TITLE = 'Changed there';\n`, 'src/processes/titles/title.ts');
    await serves('Changed there');
    save(original);
    rmSync(join(project.folder, 'src/processes/titles'), { recursive: true });
    await serves('Gatehouse');
  });

  it('stops everything on Ctrl-C', async () => {
    const started = [...serverPids(), ...childrenOf(dev.pid ?? 0)];
    expect(started.every(isRunning)).toBe(true);
    dev.kill('SIGINT');
    expect(await once(dev, 'close')).toEqual([0, null]);
    expect(started.filter(isRunning)).toEqual([]);
    expect(output).toContain('Stopped.');
  });
});
