import autocannon from 'autocannon';
import { readFile, writeFile } from 'node:fs/promises';
import pg from 'pg';
import { v7 } from 'uuid';
import { hashToken, KeyRing, MacFactory, randomToken } from '../../dist/libs/crypto/src/index.js';
import { RefreshTokenCodec } from '../../dist/src/accounts/auth/tokens/refresh-token.js';
import { nextLine, register } from '../support/processes.mjs';
import { median } from './statistics.mjs';

const ROUNDS = 5;
const CONNECTIONS = 16;
const POOL_SIZE = 10;
const USERS = 50;
/** Each is refreshed once a round, so that it remembers as few rotations as in real life. */
const SESSIONS = 4_000;

/** Refreshes relative to bare transactions with the same statements, on a pool of the same size. */
export async function measureRefreshes(environment) {
  const users = await openAccounts(environment);
  const codec = await codecOf(environment);
  const ours = await insertSessions(environment, users, codec);
  const theirs = await insertSessions(environment, users, codec);
  const file = `${environment.dataDir}/raw-transactions.json`;
  const [sample] = await insertSessions(environment, users.slice(0, 1), codec, 1);
  await writeFile(
    file,
    JSON.stringify({
      databaseUrl: environment.databaseUrl,
      poolSize: POOL_SIZE,
      concurrency: CONNECTIONS,
      recorded: await recordRefresh(environment, sample),
      sessions: theirs,
    }),
  );
  const api = await environment.startApi({
    RATE_LIMIT_AUTH: 'off',
    RATE_LIMIT_DEFAULT: '10000000/60',
    DATABASE_POOL_SIZE: String(POOL_SIZE),
  });
  await refreshAll(api.url, ours);
  const rounds = [];
  for (let i = 0; i < ROUNDS; i += 1) {
    const raw = async () => (await nextLine(environment.startScript('raw-transactions.mjs', file))).rate;
    const refresh = () => refreshAll(api.url, ours);
    // Each goes first equally often, since the machine's speed varies from one second to the next.
    const round = {};
    for (const name of i % 2 === 0 ? ['ceiling', 'rate'] : ['rate', 'ceiling']) {
      round[name] = await (name === 'rate' ? refresh() : raw());
    }
    rounds.push(round);
  }
  await api.stop();
  const figure = (of) => Math.round(median(rounds.map((round) => round[of])));
  return [
    {
      what: 'refreshes ÷ bare transactions with the same statements',
      value: median(rounds.map(({ rate, ceiling }) => rate / ceiling)).toFixed(2),
      detail: `${figure('rate')}/s of ${figure('ceiling')}/s, ${CONNECTIONS} at once on ${POOL_SIZE} connections`,
    },
  ];
}

async function openAccounts(environment) {
  const api = await environment.startApi({ RATE_LIMIT_AUTH: 'off', RATE_LIMIT_DEFAULT: 'off' });
  const sessions = await register(api.url, USERS, 'seven brave otters', 'refreshes');
  await api.stop();
  return sessions.map(({ user }) => user.id);
}

async function codecOf({ secrets }) {
  const [id, encoded] = (await readFile(secrets.encryptionKeysFile, 'utf8')).trim().split(':');
  return new RefreshTokenCodec(new MacFactory(new KeyRing([{ id, bytes: Buffer.from(encoded, 'base64') }])));
}

/** Stored directly, since hashing a password for each would take minutes. */
async function insertSessions({ databaseUrl }, users, codec, count = SESSIONS) {
  const sessions = Array.from({ length: count }, (_, i) => {
    const source = { id: v7(), seed: randomToken() };
    return { ...source, userId: users[i % users.length], refreshToken: codec.issue(source, 0) };
  });
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(
    `insert into accounts.sessions (id, user_id, generation, token_hash, seed, authenticated_at, methods, rotated_at,
                                    user_agent, ip_address, created_at, expires_at)
     select id, "userId", 0, hash, seed, now(), '{pwd}', now(), 'bench', '127.0.0.1', now(), now() + interval '30 days'
     from jsonb_to_recordset($1) as row(id uuid, "userId" uuid, hash text, seed text)`,
    [JSON.stringify(sessions.map((session) => ({ ...session, hash: hashToken(session.refreshToken) })))],
  );
  await client.query('analyze accounts.sessions');
  await client.end();
  return sessions;
}

/** What a refresh of a session that was refreshed before sends to PostgreSQL, and which values in it are its own. */
async function recordRefresh(environment, { id, userId, refreshToken }) {
  const file = `${environment.dataDir}/statements.jsonl`;
  const api = await environment.startApi({
    NODE_OPTIONS: `--import=${new URL('record-statements.mjs', import.meta.url).href}`,
    RECORDED_STATEMENTS: file,
    // Measurements before this one have used up the limit of this address.
    RATE_LIMIT_AUTH: 'off',
    RATE_LIMIT_DEFAULT: 'off',
  });
  const first = await refresh(api.url, refreshToken);
  await writeFile(file, '');
  const second = await refresh(api.url, first.refreshToken);
  const lines = (await readFile(file, 'utf8')).trim().split('\n');
  await api.stop();
  const statements = lines.map((line) => JSON.parse(line));
  const from = statements.findIndex(({ text }) => /^(start|begin)/i.test(text));
  const to = statements.findIndex(({ text }) => /^commit/i.test(text));
  return {
    statements: statements.slice(from, to + 1),
    id,
    userId,
    tokenHash: hashToken(second.refreshToken),
    at: Date.now(),
  };
}

async function refresh(url, refreshToken) {
  const response = await fetch(`${url}/v2/auth/refresh`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ refreshToken }),
  });
  if (response.status !== 200) {
    throw new Error(`a refresh returned ${response.status}: ${await response.text()}`);
  }
  return response.json();
}

/** Refreshes each session once. @returns how many a second */
async function refreshAll(url, sessions) {
  let next = 0;
  const startedAt = performance.now();
  let endedAt = startedAt;
  const result = await autocannon({
    url,
    connections: CONNECTIONS,
    amount: sessions.length,
    requests: [
      {
        method: 'POST',
        path: '/v2/auth/refresh',
        headers: { 'content-type': 'application/json' },
        setupRequest: (request, context) => {
          context.session = sessions[next++ % sessions.length];
          return { ...request, body: JSON.stringify({ refreshToken: context.session.refreshToken }) };
        },
        onResponse: (status, body, { session }) => {
          endedAt = performance.now();
          if (status === 200) {
            session.refreshToken = JSON.parse(body).refreshToken;
          }
        },
      },
    ],
  });
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${result.non2xx} refreshes failed, ${result.errors} requests broke`);
  }
  return (sessions.length * 1000) / (endedAt - startedAt);
}
