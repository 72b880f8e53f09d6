import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
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

/** A killed process' job comes back when its lock has lapsed; another attempt may have to wait for its claim, too. */
const AFTER_A_CRASH = { timeoutMs: 90_000 };

let redis: OwnServer;
let database: TestDatabase;
let sink: SmtpSink;
let app: RunningApp;

beforeAll(async () => {
  [redis, database, sink] = await Promise.all([ownRedis(), createDatabase(), startSmtpSink()]);
});
beforeEach(async () => {
  sink.behave('accept');
  sink.clear();
  app = await start();
});
afterEach(() => app.kill('SIGKILL'));
afterAll(() => Promise.all([redis.dispose(), database.drop(), sink.stop()]));

describe('the mail after a registration', () => {
  it('arrives within seconds, with the link of this person', async () => {
    const [email = ''] = await register(1);
    await eventually(() => {
      expect(sink.mailsTo(email)).toHaveLength(1);
    });
    expect(sink.mailsTo(email)[0]?.text).toMatch(/\/verify-email\?token=\S{43}/);
  });

  it('waits for SMTP without holding up anybody, and then arrives once', async () => {
    await sink.stop();
    const emails = await register(5);
    await sink.start();
    await eventually(() => {
      expect(emails.map((email) => sink.mailsTo(email).length)).toEqual([1, 1, 1, 1, 1]);
    });
    await app.stop();
    expect(emails.map((email) => sink.mailsTo(email).length)).toEqual([1, 1, 1, 1, 1]);
  });

  it('arrives although Redis lost everything in the middle', async () => {
    const client = new Redis(redis.url);
    const registering = register(40);
    await eventually(() => {
      expect(sink.attempts).toBeGreaterThan(0);
    });
    await client.flushall();
    client.disconnect();
    const emails = await registering;
    await eventually(() => {
      expect(emails.filter((email) => sink.mailsTo(email).length === 0)).toEqual([]);
    }, AFTER_A_CRASH);
    // Others may be repeated in between: the test before has killed a process that had just sent one.
    expect(emails.filter((email) => sink.mailsTo(email).length !== 1)).toEqual([]);
  }, 120_000);

  it.each([1, 2, 3])(
    'arrives although the process was killed in the middle (round %i)',
    async (round) => {
      const acknowledged: string[] = [];
      const registering = Promise.all(
        Array.from({ length: 40 }, async () => {
          const email = newEmail();
          // Whoever got no answer has to ask again, and is not counted.
          if ((await post(email).catch(() => 0)) === 201) {
            acknowledged.push(email);
          }
        }),
      );
      await eventually(() => {
        expect(acknowledged.length).toBeGreaterThan(3 * round);
      });
      await app.kill('SIGKILL');
      await registering;
      app = await start();
      await eventually(() => {
        expect(acknowledged.filter((email) => sink.mailsTo(email).length === 0)).toEqual([]);
      }, AFTER_A_CRASH);
      for (const email of acknowledged) {
        expect(new Set(sink.mailsTo(email).map(({ messageId }) => messageId)).size).toBe(1);
      }
    },
    150_000,
  );
});

describe('the end of a process', () => {
  it('loses no mail and exits with 0', async () => {
    const emails = await register(20);
    expect(await app.stop()).toEqual({ code: 0, signal: null });
    app = await start();
    await eventually(() => {
      expect(emails.map((email) => sink.mailsTo(email).length)).toEqual(emails.map(() => 1));
    });
  });
});

function start(): Promise<RunningApp> {
  return spawnApp('all', { DATABASE_URL: database.url, REDIS_URL: redis.url, SMTP_URL: sink.url });
}

function register(count: number): Promise<string[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const email = newEmail();
      expect(await post(email)).toBe(201);
      return email;
    }),
  );
}

function newEmail(): string {
  return `ada-${randomBytes(6).toString('hex')}@example.com`;
}

async function post(email: string): Promise<number> {
  const response = await fetch(`${app.url}/v1/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password: 'a-Long-and-unguessable-phrase-91' }),
  });
  await response.arrayBuffer();
  return response.status;
}
