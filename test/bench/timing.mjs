import { Agent, request } from 'node:http';
import { once } from 'node:events';
import pg from 'pg';
import { auc } from '../support/auc.ts';
import { median } from './statistics.mjs';

const SAMPLES = 200;
const BATCHES = 10;
const BATCH = 20;
const WARM_UP = 20;
const MOST_DIFFERENCE = 0.05;
const MOST_AUC = 0.6;
const PASSWORD = 'seven brave otters';

/** What anyone can send for an address, and whether that address is verified in the case that does the most work. */
const ROUTES = {
  login: { path: '/auth/login', body: { password: 'wrong brave otters' }, verified: true },
  register: { path: '/auth/register', body: { password: 'eight calm herons' }, verified: true },
  forgot: { path: '/auth/password/forgot', body: {}, verified: true },
  resend: { path: '/auth/email/resend', body: {}, verified: false },
  otp: { path: '/auth/otp', body: {}, verified: true },
};

/**
 * Whether the duration of a response tells who has an account, with `REGISTRATION=verify-first`: one request at a time, and
 * twenty at once for one address. Not a test, because other work on the machine moves these figures.
 */
export async function measureTiming(environment) {
  const api = await environment.startApi({
    REGISTRATION: 'verify-first',
    RATE_LIMIT_AUTH: 'off',
    RATE_LIMIT_DEFAULT: 'off',
  });
  const agent = new Agent({ keepAlive: true });
  const known = Array.from({ length: SAMPLES + WARM_UP }, (_, i) => `timing-${i}@acme.com`);
  // As many at once as in a batch: of more, some would wait for too long and be rejected.
  for (let from = 0; from < known.length; from += BATCH) {
    const some = known.slice(from, from + BATCH);
    await Promise.all(
      some.map((email) => post(api.url, agent, '/auth/register', { email, password: PASSWORD })),
    );
  }
  const rows = [];
  for (const [name, { path, body, verified }] of Object.entries(ROUTES)) {
    const prepare = () => allowMails(environment.databaseUrl, verified);
    const time = (email) => post(api.url, agent, path, { email, ...body });
    rows.push(
      await measureOneByOne(name, known, time, prepare),
      await measureBatches(name, known, time, prepare),
    );
  }
  agent.destroy();
  await api.stop();
  return rows;
}

/** Each known address once, so that none has just got a mail: a request that sends one does the most. */
async function measureOneByOne(name, known, time, prepare) {
  await prepare();
  const times = { known: [], unknown: [] };
  for (const [i, email] of known.entries()) {
    const pair = { known: email, unknown: `nobody-${name}-${i}@acme.com` };
    // Each goes first equally often.
    for (const kind of i % 2 === 0 ? ['known', 'unknown'] : ['unknown', 'known']) {
      times[kind].push(await time(pair[kind]));
    }
  }
  const [of, against] = [times.known, times.unknown].map((all) => median(all.slice(WARM_UP)));
  const difference = Math.abs(of - against) / against;
  return {
    what: `${name}: known and unknown address, one by one`,
    value: `${(difference * 100).toFixed(1)} %`,
    target: `< ${MOST_DIFFERENCE * 100} %`,
    met: difference < MOST_DIFFERENCE,
    detail: `${of.toFixed(2)} ms and ${against.toFixed(2)} ms, medians of ${SAMPLES}`,
  };
}

async function measureBatches(name, known, time, prepare) {
  await prepare();
  const times = { known: [], unknown: [] };
  for (let i = 0; i < BATCHES; i += 1) {
    const emails = { known: known[i], unknown: `nobody-${name}-batch-${i}@acme.com` };
    for (const kind of i % 2 === 0 ? ['known', 'unknown'] : ['unknown', 'known']) {
      times[kind].push(...(await Promise.all(Array.from({ length: BATCH }, () => time(emails[kind])))));
    }
  }
  const share = auc(times.known, times.unknown);
  return {
    what: `${name}: known and unknown address, ${BATCH} at once`,
    value: `AUC ${share.toFixed(2)}`,
    target: `< ${MOST_AUC}`,
    // It tells as much to be always faster.
    met: Math.max(share, 1 - share) < MOST_AUC,
    detail: `${median(times.known).toFixed(1)} ms and ${median(times.unknown).toFixed(1)} ms`,
  };
}

/** As if every user had got their last mail long ago. */
async function allowMails(databaseUrl, verified) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(`update accounts.users set email_verified = $1, mailed_at = now() - interval '1 hour'`, [
    verified,
  ]);
  await client.query('truncate accounts.password_resets, accounts.one_time_codes, accounts.failed_attempts');
  await client.query('analyze accounts.users');
  await client.end();
}

/** @returns how long the response took in milliseconds */
async function post(url, agent, path, json) {
  const body = JSON.stringify(json);
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const startedAt = performance.now();
  const sent = request(`${url}/v2${path}`, { method: 'POST', agent, headers }).end(body);
  const [response] = await once(sent, 'response');
  const took = performance.now() - startedAt;
  await once(response.resume(), 'end');
  if (![202, 401].includes(response.statusCode)) {
    throw new Error(`${path} answered ${response.statusCode}`);
  }
  return took;
}
