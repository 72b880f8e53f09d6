import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { KeyRing, Sealer } from '../../dist/libs/crypto/src/index.js';
import { median } from './statistics.mjs';

const USERS = 110_000;
const DEPTH = 100_000;
const PAGE = 100;
const SAMPLES = 300;
const ADMIN = { email: 'bench-admin@acme.com', password: 'nine patient herons' };

/** `GET /v2/users`: the first page compared with one 100,000 users in. */
export async function measureLists(environment) {
  const api = await environment.startApi({
    RATE_LIMIT_AUTH: 'off',
    RATE_LIMIT_DEFAULT: '1000000/60',
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
  });
  await seed(environment);
  const answer = await fetch(`${api.url}/v1/auth/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(ADMIN),
  });
  const { accessToken } = await answer.json();
  const get = async (query) => {
    const startedAt = performance.now();
    const response = await fetch(`${api.url}/v2/users?${query}`, {
      headers: { authorization: `Bearer ${accessToken}` },
    });
    const body = await response.json();
    if (response.status !== 200) {
      throw new Error(`the list answered ${response.status}: ${JSON.stringify(body)}`);
    }
    return { ms: performance.now() - startedAt, cursor: body.page.nextCursor };
  };
  // Pages through the list as a client would, since cursors can't be forged.
  let cursor;
  for (let seen = 0; seen < DEPTH; seen += PAGE) {
    ({ cursor } = await get(`limit=${PAGE}${cursor ? `&cursor=${cursor}` : ''}`));
  }
  const first = [];
  const deep = [];
  for (let i = 0; i < SAMPLES; i += 1) {
    first.push((await get('limit=20')).ms);
    deep.push((await get(`limit=20&cursor=${cursor}`)).ms);
  }
  await api.stop();
  const ratio = median(deep) / median(first);
  return [
    {
      what: 'GET /v2/users at depth 100,000 ÷ first page',
      value: ratio.toFixed(2),
      target: '≤ 1.3',
      met: ratio <= 1.3,
      detail: `${median(deep).toFixed(2)} ms, ${median(first).toFixed(2)} ms`,
    },
  ];
}

/** Real rows with addresses that decrypt. Inserted in bulk, since hashing 110,000 passwords would take ten minutes. */
async function seed({ databaseUrl, secrets }) {
  const [id, encoded] = (await readFile(secrets.encryptionKeysFile, 'utf8')).trim().split(':');
  const sealer = new Sealer(new KeyRing([{ id, bytes: Buffer.from(encoded, 'base64') }]));
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const startMs = Date.now() - USERS * 10;
  for (let from = 0; from < USERS; from += 10_000) {
    const rows = Array.from({ length: 10_000 }, (_, i) => {
      const at = startMs + (from + i) * 10;
      const hex = at.toString(16).padStart(12, '0');
      const serial = (from + i).toString(16).padStart(12, '0');
      const userId = `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-${serial}`;
      const email = `seed-${from + i}@acme.com`;
      return {
        id: userId,
        sealed: sealer.seal(email, `user:${userId}:email`),
        email,
        at: new Date(at).toISOString(),
      };
    });
    await client.query(
      `insert into accounts.users (id, email_sealed, email_index, email_verified, locale, timezone, roles, status,
                                   metadata, created_at, updated_at)
       select id, sealed, 'seed.' || email, true, 'en', 'UTC', '{user}', 'active', '{}', at, at
       from jsonb_to_recordset($1) as row(id uuid, sealed text, email text, at timestamptz)`,
      [JSON.stringify(rows)],
    );
  }
  await client.query('analyze accounts.users');
  await client.end();
}
