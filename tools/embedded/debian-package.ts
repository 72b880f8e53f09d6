import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Log } from './embedded-server.ts';
import { exitOf, spawnTied } from './tied-child.ts';

/** The path of the first of these programs that is installed. */
export function findProgram(...names: readonly string[]): string | undefined {
  // Some packages install servers into sbin, which Debian leaves off the PATH of ordinary users.
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
 * Installs the first of these Debian packages that is available.
 *
 * @param title its name in the log
 * @returns the reason why it could not be installed; look for the program to see whether it was
 */
export async function installPackage(title: string, packages: readonly string[], log: Log): Promise<string> {
  if (spawnSync('apt-get', ['--version']).status !== 0) {
    return 'It cannot be installed automatically without apt-get.';
  }
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && spawnSync('sudo', ['-n', 'true']).status !== 0) {
    return 'It can only be installed automatically by root, or if sudo needs no password.';
  }
  log(`${title}: not found; installing ${packages[0]} with apt-get (up to a minute)`);
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
 * We need the program, not a service: policy-rc.d stops the package from starting one now, and `systemctl disable` from
 * starting it at the next boot. Package lists are fetched only if no package is found without them.
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
