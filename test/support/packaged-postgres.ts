import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { findProgram, freePort, installPackage, spawnTied, unprivilegedUser } from '#tools/embedded';
import { eventually } from './eventually.js';
import { query } from './stored.js';
import { temporaryFolder } from './temporary-folder.js';

export interface PackagedPostgres {
  /** Of the server, without a database. */
  readonly url: string;
  /** The folder of its programs: `pg_dump`, `pg_restore`, `psql`. */
  readonly programs: string;
  /** Stops it and removes its data. */
  dispose(): Promise<void>;
}

const DEBIAN = '/usr/lib/postgresql';
const NAMES = ['initdb', 'postgres', 'pg_dump', 'pg_restore', 'psql'];

/**
 * PostgreSQL of the system's package, with an empty cluster of its own. The one from npm comes without the programs for
 * backups, and those of another version don't accept it.
 */
export async function startPackagedPostgres(): Promise<PackagedPostgres> {
  const programs = await programsFolder();
  const folder = temporaryFolder('packaged-postgres');
  chmodSync(folder.path, 0o711);
  const data = join(folder.path, 'data');
  mkdirSync(data, { mode: 0o700 });
  const user = process.getuid?.() === 0 ? unprivilegedUser([folder.path, programs]) : undefined;
  if (user) {
    chownSync(data, user.uid, user.gid);
  }
  const common = {
    env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
    stdio: 'ignore',
    cwd: folder.path,
    ...(user ? { user } : {}),
  } as const;
  const initdb = spawnTied({
    ...common,
    command: join(programs, 'initdb'),
    args: [`--pgdata=${data}`, '--username=gatehouse', '--auth=trust', '--encoding=UTF8', '--no-sync'],
    deathSignal: 'SIGKILL',
  });
  const [code] = (await once(initdb, 'exit')) as [number | null];
  if (code !== 0) {
    throw new Error(`initdb in ${programs} failed with exit code ${code}`);
  }
  const port = await freePort();
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off'];
  const server = spawnTied({
    ...common,
    command: join(programs, 'postgres'),
    args: ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    deathSignal: 'SIGINT',
  });
  const exited = once(server, 'exit');
  const url = `postgres://gatehouse@127.0.0.1:${port}`;
  await eventually(() => query(`${url}/postgres`, 'select'), { timeoutMs: 30_000 });
  return {
    url,
    programs,
    dispose: async () => {
      server.kill('SIGINT');
      await exited;
      folder.remove();
    },
  };
}

/** Where all of them are, so that they have the same version. */
async function programsFolder(): Promise<string> {
  const found = findFolder();
  if (found) {
    return found;
  }
  const failure = await installPackage('PostgreSQL', ['postgresql'], console.error);
  const installed = findFolder();
  if (!installed) {
    throw new Error(`The test of the guide to backups needs PostgreSQL with pg_dump. ${failure}`);
  }
  return installed;
}

function findFolder(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).toSorted((a, b) => Number(b) - Number(a)) : [];
  const onPath = findProgram('initdb');
  return [
    ...versions.map((version) => join(DEBIAN, version, 'bin')),
    ...(onPath ? [dirname(onPath)] : []),
  ].find((folder) => NAMES.every((name) => existsSync(join(folder, name))) && isSupported(folder));
}

function isSupported(folder: string): boolean {
  const version = execFileSync(join(folder, 'postgres'), ['--version'], { encoding: 'utf8' });
  return Number(/ (\d+)/.exec(version)?.[1]) >= 15;
}
