import { beforeAll, describe, expect, it } from '@jest/globals';
import type { ListBody, UserBody } from '../support/client.js';
import { type SignedUp, signIn, signUp } from '../support/factories.js';
import { expectProblem } from '../support/problems.js';
import { query } from '../support/stored.js';
import { useApp, WITH_ADMIN } from '../support/use-app.js';

/** More than three pages of five. */
const COUNT = 17;

const app = useApp('api', WITH_ADMIN);
const { admin, api } = app;

beforeAll(async () => {
  for (let n = 0; n < COUNT; n++) {
    await signUp(api, { displayName: `User ${n}` });
  }
});

describe('listing users by cursor in v2', () => {
  it.each(['createdAt', '-createdAt'])(
    'returns every user once while users come and go, sorted by %s',
    async (sort) => {
      const before = await allIds();
      const seen: string[] = [];
      const gone: string[] = [];
      let path: string | undefined = `/v2/users?limit=5&sort=${sort}`;
      while (path !== undefined) {
        const answer: { headers: Headers; body: ListBody<UserBody> } = await admin.under('').get(path);
        const page = answer.body.items.map(({ id }) => id);
        seen.push(...page);
        path = linksOf(answer.headers)['next'];
        if (seen.length < before.length - 5) {
          await signUp(api);
          // The user at the cursor, and one on a later page.
          const ahead = before.find((id) => !seen.includes(id) && !gone.includes(id) && id !== before[0]);
          gone.push(
            ...([page.at(-1), ahead].filter((id) => id !== undefined && id !== before[0]) as string[]),
          );
          await remove(gone);
        }
      }
      expect(new Set(seen).size).toBe(seen.length);
      const stayed = before.filter((id) => !gone.includes(id));
      expect(stayed.filter((id) => !seen.includes(id))).toEqual([]);
      const sorted = [...seen].sort();
      expect(seen).toEqual(sort === 'createdAt' ? sorted : sorted.reverse());
    },
  );

  it('pages back to the start, including users who joined meanwhile', async () => {
    const pages: string[][] = [];
    let last: ListBody<UserBody> | undefined;
    for (let cursor: string | null = ''; cursor !== null; cursor = last.page.nextCursor) {
      last = (await list(`limit=4${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`)).body;
      pages.push(last.items.map(({ id }) => id));
    }
    const newcomer = await signUp(api);
    const backwards: string[][] = [pages.at(-1) ?? []];
    for (let page = last?.page; page?.previousCursor;) {
      const { body } = await list(`limit=4&cursor=${encodeURIComponent(page.previousCursor)}`);
      if (body.items.length > 0) {
        backwards.unshift(body.items.map(({ id }) => id));
        expect(body.page.nextCursor).not.toBeNull();
      }
      page = body.page;
    }
    expect(backwards.flat()).toEqual([newcomer.session.user.id, ...pages.flat()]);
  });

  it('returns the same neighbors in the body and in the Link header', async () => {
    const first = await list('limit=3&total=true');
    expect(first.body.page).toEqual({
      nextCursor: expect.any(String),
      previousCursor: null,
      total: await countUsers(),
    });
    const links = linksOf(first.headers);
    expect(Object.keys(links)).toEqual(['next']);
    const query = new URL(links['next'] ?? '', app.url).searchParams;
    expect([query.get('cursor'), query.get('limit')]).toEqual([first.body.page.nextCursor, '3']);
    expect((await list('limit=100')).body.page).toEqual({ nextCursor: null, previousCursor: null });
    expect(first.headers.get('deprecation')).toBeNull();
  });

  it('rejects a cursor that was changed or belongs to another list', async () => {
    const { nextCursor } = (await list('limit=3')).body.page;
    const cursor = nextCursor ?? '';
    const middle = Math.floor(cursor.length / 2);
    const sessions = await twoSessions().then(({ api: me }) =>
      me.get<ListBody<unknown>>('/auth/sessions?limit=1'),
    );
    for (const bad of [
      `${cursor.slice(0, middle)}${cursor[middle] === 'A' ? 'B' : 'A'}${cursor.slice(middle + 1)}`,
      cursor.slice(0, -4),
      'x',
      Buffer.from('{"id":1}').toString('base64url'),
      sessions.body.page.nextCursor ?? '',
    ]) {
      expectProblem(await list(`limit=3&cursor=${encodeURIComponent(bad)}`), 400, 'invalid-cursor');
    }
    const good = encodeURIComponent(cursor);
    for (const other of ['sort=createdAt', 'status=active', 'q=user', 'role=user']) {
      expectProblem(await list(`limit=3&cursor=${good}&${other}`), 400, 'invalid-cursor');
    }
    // A different page size is still the same list.
    expect((await list(`limit=5&cursor=${good}`)).status).toBe(200);
  });
});

function list(parameters: string) {
  return admin.get<ListBody<UserBody>>(`/users?${parameters}`);
}

async function twoSessions(): Promise<SignedUp> {
  const user = await signUp(api);
  return signIn(api, user);
}

function linksOf(headers: Headers): Record<string, string> {
  const links = (headers.get('link') ?? '').matchAll(/<([^>]*)>; rel="([^"]+)"/g);
  return Object.fromEntries([...links].map(([, target = '', relation = '']) => [relation, target]));
}

async function allIds(): Promise<string[]> {
  const rows = await query<{ id: string }>(app.database.url, 'select id from accounts.users order by id');
  return rows.map(({ id }) => id);
}

async function countUsers(): Promise<number> {
  return (await allIds()).length;
}

async function remove(ids: readonly string[]): Promise<void> {
  await query(app.database.url, 'delete from accounts.users where id = any($1)', [ids]);
}
