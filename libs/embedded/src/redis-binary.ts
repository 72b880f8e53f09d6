import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { CannotStart, type Log } from './embedded-server.js';
import { exitOf, spawnTied } from './tied-child.js';

const NAMES = ['redis-server', 'valkey-server'];
const SUPPORTED_MAJOR = 7;

/** The server's path, after installing it when the system has none and lets us. */
export async function redisBinary(log: Log): Promise<string> {
  const present = find();
  if (present) {
    warnWhenOld(present, log);
    return present;
  }
  const failure = await install(log);
  const installed = find();
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

function find(): string | undefined {
  // Debian's users have no sbin on their PATH; some packages put servers there.
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    '/usr/sbin',
    '/usr/local/sbin',
    '/usr/bin',
  ];
  const candidates = NAMES.flatMap((name) => folders.filter(Boolean).map((folder) => join(folder, name)));
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
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

/** @returns why it could not be installed; whether it could be is seen by looking for it again */
async function install(log: Log): Promise<string> {
  if (spawnSync('apt-get', ['--version']).status !== 0) {
    return 'It can be installed from here only where there is apt-get.';
  }
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && spawnSync('sudo', ['-n', 'true']).status !== 0) {
    return 'It can be installed from here only by root, or where sudo asks for no password.';
  }
  log('Redis: not on this machine yet; installing redis-server with apt-get (up to a minute)');
  const startedAt = Date.now();
  const [command, ...args] = [...(isRoot ? [] : ['sudo', '-n']), 'sh', '-c', INSTALL];
  const child = spawnTied({
    command: command ?? 'sh',
    args,
    env: process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    deathSignal: 'SIGTERM',
  });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const heartbeat = setInterval(() => log(`Redis: still installing (${seconds(startedAt)} s)`), 10_000);
  const { code } = await exitOf(child);
  clearInterval(heartbeat);
  if (code === 0) {
    log(`Redis: installed (${seconds(startedAt)} s)`);
  }
  return `apt-get could not install it:\n${output.trim().split('\n').slice(-8).join('\n')}`;
}

function seconds(since: number): number {
  return Math.round((Date.now() - since) / 1000);
}

/**
 * We want the program, not a service on the machine: policy-rc.d keeps the package from starting one now, and
 * `systemctl disable` from starting it at the next boot. Lists are fetched only when the package is not found without.
 */
const INSTALL = `
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 143' TERM INT HUP
  printf '#!/bin/sh\\nexit 101\\n' > "$policy" && chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
get() { apt-get -q -o DPkg::Lock::Timeout=180 -o Acquire::Retries=3 "$@"; }
add() { get install -y --no-install-recommends redis-server || get install -y --no-install-recommends valkey-server; }
add || { get update && add; } || exit 1
if [ -d /run/systemd/system ]; then
  systemctl disable --quiet redis-server valkey-server 2> /dev/null || true
fi
`;
