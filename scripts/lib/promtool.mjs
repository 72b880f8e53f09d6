import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { CannotGoOn, inProject } from './project.mjs';

const FOLDER = inProject('.data', 'tools', 'promtool');

/**
 * The program of Prometheus that checks rules: from the PATH, or out of Debian's package, which is unpacked into .data/tools
 * and not installed, since that would start a server.
 *
 * @throws CannotGoOn that says what to install
 */
export function findPromtool() {
  return onPath() ?? unpacked() ?? unpack();
}

function onPath() {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'promtool'))
    .find((path) => existsSync(path));
}

function unpacked() {
  const path = join(FOLDER, 'usr', 'bin', 'promtool');
  return existsSync(path) ? path : undefined;
}

function unpack() {
  console.log('Fetching promtool …');
  mkdirSync(join(FOLDER, '..'), { recursive: true });
  const draft = mkdtempSync(`${FOLDER}.`);
  try {
    if (attempt('apt-get', ['download', 'prometheus'], draft).status !== 0) {
      // A new machine has no lists yet; only root may fetch them.
      attempt('apt-get', ['update', '-q'], draft);
      must('apt-get', ['download', 'prometheus'], draft);
    }
    const [name] = readdirSync(draft);
    must('dpkg-deb', ['--extract', name, '.'], draft);
    rmSync(join(draft, name));
    renameSync(draft, FOLDER);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return unpacked();
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
        'Install it (Debian, Ubuntu: apt-get update, then this command again; macOS: brew install prometheus; elsewhere: ' +
        'https://prometheus.io/download).',
    );
  }
}
