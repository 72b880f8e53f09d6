import { describe, expect, it } from '@jest/globals';
import { connect } from 'node:net';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient, SessionBody } from '../support/client.js';
import { signUp } from '../support/factories.js';
import { hold } from '../support/fixture.js';
import { load, measureDuring } from '../support/load.js';
import { connectRaw } from '../support/raw-http.js';
import { eventually } from '../support/servers.js';
import { countWaiting, holdRows, query } from '../support/stored.js';
import { useApp, useUser } from '../support/use-app.js';

/**
 * On a quiet machine it's less than 300. Other tests may run at the same time, but without slots, bystanders wait for
 * connections to PostgreSQL for seconds.
 */
const MAX_BYSTANDER_P99_MS = 1_500;

const app = useApp('api', { RATE_LIMIT_DEFAULT: '1000/60', TRUSTED_PROXIES: '127.0.0.1/32' });
const bystander = useUser(app.api);

describe('a burst of 600 requests of one user', () => {
  it('waits for itself, and is not noticed by anyone else', async () => {
    const { session } = await signUp(app.api);
    await bystander.api.me();
    let statuses: Record<string, number> = {};
    const { p99, summary } = await measureDuring(
      async () => {
        const { accessToken } = session;
        statuses = await load(
          `${app.url}/v2/users/me`,
          '--connections=600',
          '--amount=600',
          '--method=PATCH',
          '--body={"displayName":"burst"}',
          '--headers=Content-Type=application/json',
          `--headers=Authorization=Bearer ${accessToken}`,
        );
      },
      async (n) => {
        const { api } = bystander;
        expect(await (n % 2 === 0 ? statusOf(api.me()) : rename(api, `bystander ${n}`))).toBe(200);
      },
    );
    process.stdout.write(`burst ${JSON.stringify(statuses)}, bystander ${summary}\n`);
    expect(Object.keys(statuses)).toEqual(['200']);
    expect(p99).toBeLessThan(MAX_BYSTANDER_P99_MS);
  });

  it('leaves a page alone that sends 30 requests at once', async () => {
    const { api } = await signUp(app.api);
    const statuses = await Promise.all(
      Array.from({ length: 30 }, (_, n) => (n % 3 === 0 ? rename(api, `name ${n}`) : statusOf(api.me()))),
    );
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
  });
});

describe('requests that have to wait', () => {
  // Four have slots and wait for the row. The others wait for slots, and all of one caller may take up 4 MB: 4 KB each,
  // and their bodies.
  it.each([
    ['with the largest possible body if they do not announce its length', renameInChunks, 4 + 39],
    ['with their body', renameWithPadding, 4 + 40],
  ])('count %s, and delay no one else', async (_, send, accepted) => {
    const { session } = await signUp(app.api);
    await bystander.api.me();
    const unlock = await lockUser(session);
    const requests = Array.from({ length: 60 }, (__, n) => send(session, `name ${n}`));
    await eventually(async () => expect(await answeredOf(requests)).toEqual(Array(60 - accepted).fill(429)));
    expect((await bystander.api.me()).status).toBe(200);
    expect(await rename(bystander.api, 'not delayed')).toBe(200);
    await unlock();
    const statuses = await Promise.all(requests);
    expect(statuses.filter((status) => status === 200)).toHaveLength(accepted);
  });

  it('are not carried out once their clients have gone', async () => {
    const { session, api } = await signUp(app.api);
    const unlock = await lockUser(session);
    const renames = [1, 2, 3, 4].map((n) => rename(api, `name ${n}`));
    await eventually(async () => expect(await countWaiting(app.database.url, '%users%')).toBe(4));
    const body = '{"displayName":"gone"}';
    const { socket } = await connectRaw(
      app.url,
      `PATCH /v2/users/me HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${session.accessToken}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    expect(await rename(bystander.api, 'while it waits')).toBe(200);
    socket.resetAndDestroy();
    expect(await rename(bystander.api, 'once it has gone')).toBe(200);
    await unlock();
    expect(await Promise.all(renames)).toEqual([200, 200, 200, 200]);
    expect(await rename(api, 'last')).toBe(200);
    const version = 'select version from accounts.users where id = $1';
    expect(await query(app.database.url, version, [session.user.id])).toEqual([{ version: 1 + 4 + 1 }]);
  });
});

describe('the slots of a caller', () => {
  it('are not needed by routes without rate limits, or from another address', async () => {
    const { session } = await signUp(app.api);
    const unlock = await holdRows(app.database.url, 'select 1 from accounts.sessions where user_id = $1', [
      session.user.id,
    ]);
    await hold(unlock, (release) => release());
    const refreshes = Array.from({ length: 6 }, () => app.api.refresh(session.refreshToken));
    await eventually(async () => expect(await countWaiting(app.database.url, '%sessions%')).toBe(4));
    for (const path of ['/health/live', '/.well-known/jwks.json']) {
      expect((await app.api.under('').get(path)).status).toBe(200);
    }
    expect((await app.api.with({ 'x-forwarded-for': '203.0.113.7' }).verify('no token')).status).toBe(400);
    expect(await countWaiting(app.database.url, '%sessions%')).toBe(4);
    await unlock();
    expect((await Promise.all(refreshes)).map(({ status }) => status)).toEqual(refreshes.map(() => 200));
  });

  it('are freed one at a time, by HEAD requests, too', async () => {
    const { session, api } = await signUp(app.api);
    const unlock = await lockUser(session);
    const renames = [1, 2, 3].map((n) => rename(api, `name ${n}`));
    const waiting = () => countWaiting(app.database.url, '%users%');
    await eventually(async () => expect(await waiting()).toBe(3));
    expect((await api.send('HEAD', '/auth/sessions')).status).toBe(200);
    renames.push(...[4, 5, 6].map((n) => rename(api, `name ${n}`)));
    await eventually(async () => expect(await waiting()).toBe(4));
    // A profile comes from memory, so it needs no slot.
    expect((await api.me()).status).toBe(200);
    expect(await rename(bystander.api, 'after all of them')).toBe(200);
    expect(await waiting()).toBe(4);
    await unlock();
    expect(await Promise.all(renames)).toEqual(renames.map(() => 200));
  });
});

describe('clients that disconnect before they get a response', () => {
  it('leave no slots behind', async () => {
    const { session, api } = await signUp(app.api);
    const requests = ['DELETE /v2/auth/sessions', 'GET /v2/users/me', 'GET /v2/users', 'PATCH /v2/users/me'];
    for (const head of [...requests, ...requests, ...requests]) {
      const { port, hostname } = new URL(app.url);
      const socket = connect(Number(port), hostname);
      await once(socket, 'connect');
      // A GET is handled before its body has arrived.
      socket.write(
        `${head} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${session.accessToken}\r\n` +
          'Content-Type: application/json\r\nContent-Length: 20\r\n\r\n{"a"',
      );
      await delay(5);
      socket.resetAndDestroy();
    }
    await eventually(async () => expect((await api.me()).status).toBe(200));
    expect(await rename(api, 'still there')).toBe(200);
  });
});

function rename(api: ApiClient, displayName: string): Promise<number> {
  return statusOf(api.patch('/users/me', { displayName }));
}

/** Makes everyone wait who wants to change the user. @returns a function that ends this */
async function lockUser({ user }: SessionBody): Promise<() => Promise<void>> {
  const unlock = await holdRows(app.database.url, 'select 1 from accounts.users where id = $1', [user.id]);
  return hold(unlock, (release) => release());
}

/** In 100 KB. */
async function renameWithPadding({ accessToken }: SessionBody, displayName: string): Promise<number> {
  const body = JSON.stringify({ displayName }).padEnd(100_000);
  const headers = { 'content-type': 'application/json' };
  return statusOf(app.api.as({ accessToken }).send('PATCH', '/users/me', { body, headers }));
}

/** Without a Content-Length. */
async function renameInChunks({ accessToken }: SessionBody, displayName: string): Promise<number> {
  const { status } = await fetch(`${app.url}/v2/users/me`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` },
    body: new Blob([JSON.stringify({ displayName })]).stream(),
    duplex: 'half',
  });
  return status;
}

/** Those that have been answered so far. */
async function answeredOf(requests: readonly Promise<number>[]): Promise<number[]> {
  const states = await Promise.all(requests.map((request) => Promise.race([request, delay(0)])));
  return states.filter((status) => status !== undefined);
}

async function statusOf(answer: Promise<{ readonly status: number }>): Promise<number> {
  return (await answer).status;
}
