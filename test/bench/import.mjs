import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { v7 as uuid } from 'uuid';
import { median } from './statistics.mjs';

const ROUNDS = 3;
const MANY = 100_000;
const FEW = 10_000;
const ADMIN = { email: 'bench-admin@acme.test', password: 'the admin of this bench' };
/**
 * What Node gives the heap of a worker in a pod of the chart, whose memory is limited to 384 MB. With the memory of a whole
 * machine, Node leaves twice as much garbage, whatever it does.
 */
const AS_IN_A_POD = { NODE_OPTIONS: '--max-old-space-size=192' };
const HASH = '$2b$10$BI1fujAUvwTgoYcDKw/v3evAhcwK7kPfkjVeEG7094B5gDPsaDQva';

/** Imports relative to the least that one could do: seal the addresses, and COPY the rows into the same tables. */
export async function measureImport(environment) {
  const api = await environment.startApi({
    RATE_LIMIT_AUTH: 'off',
    RATE_LIMIT_DEFAULT: '10000000/60',
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
  });
  const cipher = await emailCipher(environment);
  const client = new pg.Client({ connectionString: environment.databaseUrl });
  await client.connect();
  const copies = [];
  const imports = [];
  const growths = [];
  try {
    const { accessToken } = await post(api.url, '/auth/login', JSON.stringify(ADMIN), {
      'content-type': 'application/json',
    });
    for (let round = 0; round < ROUNDS; round += 1) {
      await empty(client);
      copies.push(await timed(() => copy(client, cipher)));
      await empty(client);
      const worker = await environment.startRole('worker', AS_IN_A_POD);
      // So that neither run pays for what is compiled and cached only once.
      await importUsers(api.url, accessToken, 'warm-up', FEW, worker.pid);
      const few = await importUsers(api.url, accessToken, 'few', FEW, worker.pid);
      const many = await importUsers(api.url, accessToken, 'many', MANY, worker.pid);
      imports.push(many.ms);
      growths.push(many.memory - few.memory);
      await worker.stop();
    }
  } finally {
    await client.end();
    await api.stop();
  }
  const ratios = imports.map((ms, round) => ms / copies[round]);
  return [
    {
      what: `import of ${MANY} users ÷ COPY and sealing`,
      value: median(ratios).toFixed(2),
      target: '≤ 3',
      met: median(ratios) <= 3,
      detail: `${seconds(imports)} and ${seconds(copies)}`,
    },
    {
      what: `memory of the worker with ${MANY} rows − with ${FEW}`,
      value: `${Math.round(median(growths))} MB`,
      target: '≤ 60 MB',
      met: median(growths) <= 60,
      detail: 'the highest during each import, with the heap of a pod',
    },
  ];
}

/**
 * The admin stays. The indexes become small again, too: with large indexes of empty tables, PostgreSQL takes a scan of the
 * whole table for cheaper, and a constraint does one for each row.
 */
async function empty(client) {
  await client.query('delete from accounts.users where display_name is distinct from $1', ['Admin']);
  await client.query('vacuum (full, analyze) accounts.users, accounts.passwords, accounts.user_roles');
}

async function copy(client, cipher) {
  const users = [];
  const passwords = [];
  for (let number = 0; number < MANY; number += 1) {
    const id = uuid();
    const { emailSealed, emailIndex, emailDomainIndex } = cipher.seal(id, `copied-${number}@acme.example`);
    users.push(
      `${id}\t${emailSealed}\t${emailIndex}\t${emailDomainIndex}\tt\tCopied ${number}\tcopied ${number}\ten\tUTC\t{user}\tactive\t{}\t{}\t1\tnow\tnow\n`,
    );
    passwords.push(`${id}\t${HASH}\tnow\n`);
  }
  await pipeline(
    Readable.from(users),
    client.query(
      copyFrom(
        'copy accounts.users (id, email_sealed, email_index, email_domain_index, email_verified, display_name, ' +
          'search_key, locale, timezone, roles, status, metadata, app_metadata, version, created_at, updated_at) from stdin',
      ),
    ),
  );
  await pipeline(
    Readable.from(passwords),
    client.query(copyFrom('copy accounts.passwords (user_id, hash, changed_at) from stdin')),
  );
}

async function importUsers(url, accessToken, name, count, pid) {
  const rows = Array.from({ length: count }, (_, number) =>
    JSON.stringify({
      email: `${name}-${number}@acme.example`,
      emailVerified: true,
      displayName: `Imported ${number}`,
      passwordHash: HASH,
    }),
  );
  const file = rows.join('\n');
  let memory = 0;
  const ms = await timed(async () => {
    const authorization = { authorization: `Bearer ${accessToken}` };
    const { jobId } = await post(url, '/users/import', file, {
      ...authorization,
      'content-type': 'application/x-ndjson',
    });
    for (let state = 'waiting'; state !== 'completed';) {
      await delay(50);
      memory = Math.max(memory, residentMegabytes(pid));
      const job = await (await fetch(`${url}/v2/jobs/${jobId}`, { headers: authorization })).json();
      state = job.state;
      if (state === 'failed' || job.result.failed + job.result.skipped > 0) {
        throw new Error(`the import has failed: ${JSON.stringify(job)}`);
      }
    }
  });
  return { ms, memory };
}

async function post(url, path, body, headers) {
  const answer = await fetch(`${url}/v2${path}`, { method: 'POST', headers, body });
  if (!answer.ok) {
    throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  }
  return answer.json();
}

/** The application's own, with the keys of its processes. */
async function emailCipher({ secrets }) {
  const { BlindIndex, KeyRing, Sealer } = await import('../../dist/libs/crypto/src/index.js');
  const { EmailCipher } = await import('../../dist/src/accounts/users/email-cipher.js');
  const keys = (file) =>
    new KeyRing(
      readFileSync(file, 'utf8')
        .trim()
        .split(',')
        .map((entry) => entry.split(':'))
        .map(([id, secret]) => ({ id, bytes: Buffer.from(secret, 'base64') })),
    );
  return new EmailCipher(
    new Sealer(keys(secrets.encryptionKeysFile)),
    new BlindIndex(keys(secrets.blindIndexKeysFile)),
  );
}

/** Linux only, as the other measurements of memory. */
function residentMegabytes(pid) {
  const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

async function timed(work) {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

function seconds(times) {
  return `${(median(times) / 1000).toFixed(1)} s`;
}
