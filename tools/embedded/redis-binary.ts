import { spawnSync } from 'node:child_process';
import { findProgram, installPackage } from './debian-package.ts';
import { CannotStart, type Log } from './embedded-server.ts';

const NAMES = ['redis-server', 'valkey-server'];
const SUPPORTED_MAJOR = 7;

/** The server's path. Installs the server if it is missing and we are allowed to. */
export async function redisBinary(log: Log): Promise<string> {
  const present = findProgram(...NAMES);
  if (present) {
    warnWhenOld(present, log);
    return present;
  }
  const failure = await installPackage('Redis', NAMES, log);
  const installed = findProgram(...NAMES);
  if (installed) {
    warnWhenOld(installed, log);
    return installed;
  }
  throw new CannotStart(
    `Gatehouse needs Redis or Valkey, but neither redis-server nor valkey-server is on the PATH.\n${failure}\n` +
      'Install one (Debian, Ubuntu: sudo apt-get install redis-server; Fedora: sudo dnf install valkey; ' +
      'macOS: brew install redis), or set REDIS_URL to a server that runs elsewhere.',
  );
}

function warnWhenOld(binary: string, log: Log): void {
  const { stdout } = spawnSync(binary, ['--version'], { encoding: 'utf8' });
  const version = /v=(\d+)\.([\d.]+)/.exec(stdout ?? '');
  if (version && Number(version[1]) < SUPPORTED_MAJOR) {
    log(`Redis: ${binary} is version ${version[1]}.${version[2]}; we test with ${SUPPORTED_MAJOR} and newer`);
  }
}
