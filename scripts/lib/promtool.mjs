import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CannotGoOn } from './project.mjs';
import { bring, onPath } from './tools.mjs';

/**
 * The program of Prometheus that checks rules: from the PATH, or out of Debian's package, which is unpacked into .data/tools
 * and not installed, since that would start a server.
 *
 * @throws CannotGoOn that says what to install
 */
export async function findPromtool() {
  return onPath('promtool') ?? join(await bring('promtool', unpack), 'usr', 'bin', 'promtool');
}

function unpack(draft) {
  const download = ['apt-get', ['download', 'prometheus'], draft];
  if (attempt(...download).status !== 0) {
    // A new machine has no lists yet; only root may fetch them.
    attempt('apt-get', ['update', '-q'], draft);
    must(...download);
  }
  const [name] = readdirSync(draft);
  must('dpkg-deb', ['--extract', name, '.'], draft);
  rmSync(join(draft, name));
}

function attempt(program, args, cwd) {
  return spawnSync(program, args, { cwd, encoding: 'utf8' });
}

function must(program, args, cwd) {
  const { status, error, stdout, stderr } = attempt(program, args, cwd);
  if (status !== 0) {
    const reason = error?.message ?? `${stdout}${stderr}`.trim();
    throw new CannotGoOn(
      `To check alerts, promtool is needed, and it is not on the PATH. It comes with Prometheus.\n${program}: ${reason}\n` +
        'Install it (Debian, Ubuntu: apt-get update, then this command again; macOS: brew install prometheus; Fedora: ' +
        'dnf install golang-github-prometheus; elsewhere: https://prometheus.io/download).',
    );
  }
}
