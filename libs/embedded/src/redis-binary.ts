import { spawnSync } from 'node:child_process';
import { findProgram, installPackage } from './debian-package.js';
import { CannotStart, type Log } from './embedded-server.js';

const NAMES = ['redis-server', 'valkey-server'];
const SUPPORTED_MAJOR = 7;

/** The server's path, after installing it when the system has none and lets us. */
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
    `Gatehouse needs Redis or Valkey, and neither redis-server nor valkey-server is on the PATH.\n${failure}\n` +
      'Either install one (Debian, Ubuntu: sudo apt-get install redis-server; Fedora: sudo dnf install valkey; ' +
      'macOS: brew install redis), or set REDIS_URL to a server that runs elsewhere.',
  );
}

function warnWhenOld(binary: string, log: Log): void {
  const { stdout } = spawnSync(binary, ['--version'], { encoding: 'utf8' });
  const version = /v=(\d+)\.([\d.]+)/.exec(stdout ?? '');
  if (version && Number(version[1]) < SUPPORTED_MAJOR) {
    log(
      `Redis: ${binary} is version ${version[1]}.${version[2]}; ${SUPPORTED_MAJOR} or newer is what we test with`,
    );
  }
}
