import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Log } from './embedded-server.js';
import { exitOf, spawnTied } from './tied-child.js';

/** The path of the first of these programs that there is. */
export function findProgram(...names: readonly string[]): string | undefined {
  // Debian's users have no sbin on their PATH; some packages put servers there.
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    '/usr/sbin',
    '/usr/local/sbin',
    '/usr/bin',
  ];
  const candidates = names.flatMap((name) => folders.filter(Boolean).map((folder) => join(folder, name)));
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Installs the first of these Debian packages that can be had, which have servers of the same name.
 *
 * @param title how the log calls it
 * @returns why it could not be installed; whether it could be is seen by looking for it
 */
export async function installPackage(title: string, packages: readonly string[], log: Log): Promise<string> {
  if (spawnSync('apt-get', ['--version']).status !== 0) {
    return 'It can be installed from here only where there is apt-get.';
  }
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && spawnSync('sudo', ['-n', 'true']).status !== 0) {
    return 'It can be installed from here only by root, or where sudo asks for no password.';
  }
  log(`${title}: not on this machine yet; installing ${packages[0]} with apt-get (up to a minute)`);
  const startedAt = Date.now();
  const [command = '', ...args] = [...(isRoot ? [] : ['sudo', '-n']), 'sh', '-c', INSTALL, 'sh', ...packages];
  const child = spawnTied({
    command,
    args,
    env: process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    deathSignal: 'SIGTERM',
  });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const heartbeat = setInterval(() => log(`${title}: still installing (${seconds(startedAt)} s)`), 10_000);
  const { code } = await exitOf(child);
  clearInterval(heartbeat);
  if (code === 0) {
    log(`${title}: installed (${seconds(startedAt)} s)`);
  }
  return `apt-get could not install it:\n${output.trim().split('\n').slice(-8).join('\n')}`;
}

function seconds(since: number): number {
  return Math.round((Date.now() - since) / 1000);
}

/**
 * We want the program, not a service on the machine: policy-rc.d keeps the package from starting one now, and
 * `systemctl disable` from starting it at the next boot. Lists are fetched only when no package is found without.
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
add() {
  for package in "$@"; do
    get install -y --no-install-recommends "$package" && return 0
  done
  return 1
}
add "$@" || { get update && add "$@"; } || exit 1
if [ -d /run/systemd/system ]; then
  systemctl disable --quiet "$@" 2> /dev/null || true
fi
`;
