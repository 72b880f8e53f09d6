import { randomBytes } from 'node:crypto';
import { chownSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CannotStart } from './embedded-server.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { syncFolder } from './private-file.ts';
import type { SystemUser } from './system-user.ts';
import { exitOf, spawnTied } from './tied-child.ts';

export interface NewCluster {
  readonly home: string;
  /** Created last, in one step, so an interrupted initdb is never taken for a complete database. */
  readonly data: string;
  readonly name: string;
  readonly password: string;
  readonly durable: boolean;
  readonly binaries: PostgresBinaries;
  readonly user: SystemUser | undefined;
}

export async function createCluster(cluster: NewCluster): Promise<void> {
  const { home, data, user } = cluster;
  removeDrafts(home);
  const draft = join(home, `${DRAFT}${randomBytes(4).toString('hex')}`);
  const passwordFile = `${draft}.password`;
  mkdirSync(draft, { mode: 0o700 });
  writeFileSync(passwordFile, cluster.password, { mode: 0o600, flag: 'wx' });
  if (user) {
    chownSync(draft, user.uid, user.gid);
    chownSync(passwordFile, user.uid, user.gid);
  }
  try {
    await initdb(cluster, draft, passwordFile);
    renameSync(draft, data);
    syncFolder(home);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

const DRAFT = 'draft-';

function removeDrafts(home: string): void {
  for (const name of readdirSync(home).filter((entry) => entry.startsWith(DRAFT))) {
    rmSync(join(home, name), { recursive: true, force: true });
  }
}

async function initdb(cluster: NewCluster, draft: string, passwordFile: string): Promise<void> {
  const child = spawnTied({
    command: cluster.binaries.initdb,
    args: [
      `--pgdata=${draft}`,
      `--username=${cluster.name}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      // The same sort order and character classes on every machine, whatever its locales.
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      ...(cluster.durable ? [] : ['--no-sync']),
    ],
    env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['ignore', 'pipe', 'pipe'],
    deathSignal: 'SIGKILL',
    cwd: cluster.home,
    ...(cluster.user ? { user: cluster.user } : {}),
  });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const { code } = await exitOf(child);
  if (code !== 0) {
    throw new CannotStart(
      `PostgreSQL could not create its data folder in ${cluster.home}:\n${output.trim()}`,
    );
  }
}
