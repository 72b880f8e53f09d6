import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import pg from 'pg';
import {
  createDatabase,
  eventually,
  type OwnServer,
  ownRedis,
  type RunningApp,
  type SmtpSink,
  spawnApp,
  startSmtpSink,
  type TestDatabase,
} from '../support/servers.js';

const PASSWORD = 'a-Long-and-unguessable-phrase-91';
const EMAILS = ['deferred', 'refused', 'sent'].map((outcome) => `grace-${outcome}@example.com`);

let redis: OwnServer;
let database: TestDatabase;
let sink: SmtpSink;
let app: RunningApp;

beforeAll(async () => {
  [redis, database, sink] = await Promise.all([ownRedis(), createDatabase(), startSmtpSink()]);
  const urls = { DATABASE_URL: database.url, REDIS_URL: redis.url, SMTP_URL: sink.url };
  app = await spawnApp('all', { ...urls, LOG_LEVEL: 'trace' });
});
afterAll(async () => {
  await app.stop();
  await Promise.all([redis.dispose(), database.drop(), sink.stop()]);
});

describe('a mail on its way', () => {
  it('leaves no address, token or password in Redis, PostgreSQL or the log', async () => {
    const [deferred = '', refused = '', sent = ''] = EMAILS;
    await register(sent);
    await eventually(() => {
      expect(sink.mailsTo(sent)).toHaveLength(1);
    });
    const [, token = ''] = /token=(\S{43})/.exec(sink.mailsTo(sent)[0]?.text ?? '') ?? [];
    sink.behave('reject');
    await register(refused);
    await eventually(() => {
      expect(app.logs()).toContain('dead letter');
    });
    sink.behave('defer');
    await register(deferred);
    const client = new Redis(redis.url);
    await eventually(async () => expect(await client.zcard('bull:send-mail:delayed')).toBe(1));
    const places = { redis: await dumpRedis(client), postgres: await dumpPostgres(), log: app.logs() };
    client.disconnect();
    // The search finds what is there.
    expect(places.redis).toContain('bull:send-mail:failed');
    expect(places.postgres).toContain('verify-email');
    expect(token).toHaveLength(43);
    for (const secret of [...EMAILS, PASSWORD, token]) {
      for (const [place, content] of Object.entries(places)) {
        expect({ place, secret, found: content.toLowerCase().includes(secret.toLowerCase()) }).toEqual({
          place,
          secret,
          found: false,
        });
      }
    }
  });
});

async function register(email: string): Promise<void> {
  const response = await fetch(`${app.url}/v1/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password: PASSWORD }),
  });
  expect(response.status).toBe(201);
}

async function dumpRedis(client: Redis): Promise<string> {
  const keys = await client.keys('*');
  const values = await Promise.all(
    keys.map(async (key) => {
      switch (await client.type(key)) {
        case 'string':
          return client.get(key);
        case 'hash':
          return client.hgetall(key);
        case 'list':
          return client.lrange(key, 0, -1);
        case 'set':
          return client.smembers(key);
        case 'zset':
          return client.zrange(key, 0, -1);
        default:
          return '';
      }
    }),
  );
  return JSON.stringify([keys, values]);
}

async function dumpPostgres(): Promise<string> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const tables = await client.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname not in ('pg_catalog', 'information_schema')`,
  );
  const rows = [];
  for (const { name } of tables.rows) {
    rows.push(name, ...(await client.query(`select t::text from ${name} t`)).rows);
  }
  await client.end();
  return JSON.stringify(rows);
}
