import { beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { randomUUID } from 'node:crypto';
import { type BatchedUser, UserBatches } from '../../src/accounts/users/index.js';
import { useApiApp } from '../support/api-app.js';
import type { ListBody, UserBody } from '../support/client.js';
import { setRoles } from '../support/administration.js';
import { aUser } from '../support/factories.js';
import { accountsDatabase } from '../support/of-accounts.js';
import { query } from '../support/stored.js';
import { recordStatements, type Statement } from '../support/recorded-statements.js';
import { useUser, WITH_ADMIN } from '../support/use-app.js';

const COUNT = 40_000;
/** How many have this name. They are the oldest. */
const CALM = 15_000;
const NAMED_BY_ADDRESS = 'named@acme.test';
/** The name of the first one: far from those who have just signed up. */
const OLDEST = `${NAMED_BY_ADDRESS} the elder`;
/** What a statement may read. Each of the large tables has many more pages. */
const MAX_PAGES = 150;
const SEEDED = `display_name ~ '^(Brave|Calm) '`;

const running = useApiApp(WITH_ADMIN);
const { admin, api, database } = running;
const user = useUser(api);
const sent = recordStatements();
let deepCursor = '';

beforeAll(async () => {
  await fill();
  await query(database.url, 'vacuum analyze');
  await query(
    database.url,
    `insert into accounts.roles (id, name, permissions, created_at, updated_at)
    values (gen_random_uuid(), 'nobodys', '{}', now(), now())`,
  );
  deepCursor = await cursorAt(5_000);
}, 120_000);

describe('every statement reads few pages of a large table', () => {
  it.each([
    'sort=createdAt',
    'sort=-createdAt',
    'role=user',
    'role=nobodys',
    'role=old',
    'role=old&createdBefore=2025-06-01T00:00:00Z',
    'role=user&status=suspended',
    'status=active',
    'status=suspended',
    'emailDomain=acme.example',
    'emailDomain=team-100.example',
    'emailDomain=nothing.example',
    'emailDomain=acme.example&status=suspended&role=user',
    'email=seed-77@acme.example',
    'email=nobody@acme.example',
    'q=seed-77@acme.example',
    'q=brave',
    'q=brave 77',
    'q=nothing',
    'createdAfter=2999-01-01T00:00:00Z',
    'createdBefore=2025-06-01T00:00:00Z',
    'createdBefore=2025-06-01T00:00:00Z&status=active&role=user',
  ])('of a list with %s', async (filters) => {
    expect(await costly(() => admin.get(`/users?${filters}`))).toEqual([]);
  });

  it('of a list, however far into it', async () => {
    expect(await costly(() => admin.get(`/users?cursor=${deepCursor}`))).toEqual([]);
  });

  it.each<[string, () => Promise<{ status: number }>]>([
    ['a registration', () => api.register(aUser())],
    ['a sign-in', () => api.login(user)],
    ['a sign-in with an unknown address', () => api.login(aUser())],
    ['a refresh', () => api.refresh(user.session.refreshToken)],
    ['a profile', () => admin.get(`/users/${user.session.user.id}`)],
    ['an update of the profile', () => user.api.patch('/users/me', { displayName: 'Ada' })],
    ['a list of devices', () => user.api.get('/auth/sessions')],
    ['the devices of a user', () => admin.get(`/users/${user.session.user.id}/sessions`)],
    ['an own history', () => user.api.get('/users/me/audit-events?limit=1')],
    ['the audit log', () => admin.get('/audit-events?limit=1')],
    ['the audit log of a type', () => admin.get('/audit-events?type=user.registered&limit=1')],
    ['the audit log of a type that never happened', () => admin.get('/audit-events?type=user.restored')],
    ['the audit log of an actor', () => admin.get(`/audit-events?actorId=${randomUUID()}`)],
    ['the audit log of a subject', () => admin.get(`/audit-events?subjectId=${randomUUID()}`)],
    ['a change of roles', () => setRoles(admin, user, ['user', 'nobodys'])],
    ['the end of a role', () => admin.delete('/roles/nobodys')],
    ['a suspension', () => admin.post(`/users/${user.session.user.id}/suspend`)],
    ['a restoration', () => admin.post(`/users/${user.session.user.id}/restore`)],
  ])('of %s', async (_, operation) => {
    expect(await costly(operation)).toEqual([]);
  });

  it('of which reading it all is not one', async () => {
    for (const table of ['users', 'sessions', 'audit_events']) {
      const text = `select count(*) from accounts.${table} where id::text like '%x%'`;
      expect(await pagesOf({ text, values: [] })).toBeGreaterThan(MAX_PAGES);
    }
  });
});

describe('a search by name', () => {
  it.each([
    ['that most have', 'brave', 'desc'],
    ['that few have', 'brave 77', 'desc'],
    ['that few have, oldest first', 'brave 77', 'asc'],
    ['that many have, all far from the first page', 'calm', 'desc'],
    ['that no one has', 'nothing', 'desc'],
  ])('%s returns them in order', async (_, q, order) => {
    const sort = order === 'asc' ? 'createdAt' : '-createdAt';
    const found: string[] = [];
    let cursor: string | null = '';
    for (let page = 0; page < 3 && cursor !== null; page += 1) {
      const { body }: { body: ListBody<UserBody> } = await admin.get(
        `/users?q=${q}&sort=${sort}${cursor && `&cursor=${cursor}`}`,
      );
      found.push(...body.items.map(({ id }) => id));
      cursor = body.page.nextCursor;
    }
    const expected = await query<{ id: string }>(
      database.url,
      `select id from accounts.users where lower(display_name) like '${q}%' order by id ${order} limit 60`,
    );
    expect(found).toEqual(expected.map(({ id }) => id));
  });

  it('returns someone whose name is their address once, and then the others', async () => {
    await api.register(aUser({ email: NAMED_BY_ADDRESS, displayName: NAMED_BY_ADDRESS }));
    const first = await admin.get<ListBody<UserBody>>(`/users?q=${NAMED_BY_ADDRESS}&limit=1&total=true`);
    expect(first.body.items.map(({ displayName }) => displayName)).toEqual([NAMED_BY_ADDRESS]);
    expect(first.body.page.total).toBe(2);
    const next = await admin.get<ListBody<UserBody>>(
      `/users?q=${NAMED_BY_ADDRESS}&limit=1&cursor=${first.body.page.nextCursor}`,
    );
    expect(next.body.items.map(({ displayName }) => displayName)).toEqual([OLDEST]);
  });
});

/** Runs the operation. @returns its statements that read more than they may, and how much that was */
async function costly(operation: () => Promise<{ status: number }>): Promise<unknown[]> {
  sent.length = 0;
  const { status } = await operation();
  expect(status).toBeLessThan(404);
  const statements = sent.filter(
    ({ text }) => /^\s*(select|update|delete|with)\b/i.test(text) && !/insert into/i.test(text),
  );
  expect(statements.length).toBeGreaterThan(0);
  const costs: unknown[] = [];
  for (const statement of statements) {
    const pages = await pagesOf(statement);
    // An update also reads pages, now and then, to remove dead entries from a full page of an index. A scan always does.
    if (pages > MAX_PAGES && (await pagesOf(statement)) > MAX_PAGES) {
      costs.push({ pages, ...statement });
    }
  }
  return costs;
}

/** Runs a statement again, without keeping what it does. */
async function pagesOf({ text, values }: Statement): Promise<number> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    await client.query('begin');
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
      `explain (analyze, buffers, format json) ${text}`,
      values,
    );
    const plan = rows[0]?.['QUERY PLAN'][0].Plan;
    return plan ? plan['Shared Hit Blocks'] + plan['Shared Read Blocks'] : Number.NaN;
  } finally {
    await client.end();
  }
}

interface Plan {
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
}

/** Users of two years, each with a session, a password and an entry in the audit log. */
async function fill(): Promise<void> {
  const batches = running.app.get(UserBatches, { strict: false });
  const started = Date.UTC(2025, 0, 1);
  const users = Array.from({ length: COUNT }, (_, index): BatchedUser => {
    const number = index + 1;
    return {
      email: `seed-${number}@${number % 100 === 0 ? `team-${number}` : 'acme'}.example`,
      emailVerified: true,
      // In another order than that of their creation, as names are.
      displayName: number === 1 ? OLDEST : `${number > CALM ? 'Brave' : 'Calm'} ${(number * 7_919) % COUNT}`,
      // All that have it are among the oldest.
      roles: number <= COUNT / 50 ? ['user', 'old'] : ['user'],
      status: number % 50 === 0 ? 'suspended' : 'active',
      createdAt: new Date(started + number * 500_000),
    };
  });
  await accountsDatabase(running.app).transaction((em) => batches.insert(em, users));
  await query(
    database.url,
    `insert into accounts.passwords (user_id, hash, changed_at)
    select id, 'a hash', now() from accounts.users on conflict do nothing`,
  );
  await query(
    database.url,
    `insert into accounts.sessions (id, user_id, generation, token_hash, seed, authenticated_at,
      methods, rotated_at, created_at, expires_at)
    select gen_random_uuid(), id, 1, id::text || id::text, id::text || id::text, now(), '{password}', now(), now(),
      now() + interval '1 day' from accounts.users where ${SEEDED}`,
  );
  // From the start of the month, so that no page shows them: their content can't be opened.
  await query(
    database.url,
    `insert into accounts.audit_events (id, type, actor_type, actor_id, subject_id, details_sealed)
     select (left(accounts.first_id_at(date_trunc('month', now())), 24) || right(id::text, 12))::uuid,
       'user.updated', 'user', id, id, repeat('x', 200) from accounts.users where ${SEEDED}`,
  );
}

async function cursorAt(depth: number): Promise<string> {
  let cursor = '';
  for (let seen = 0; seen < depth; seen += 100) {
    const page = await admin.get<ListBody<UserBody>>(`/users?limit=100${cursor && `&cursor=${cursor}`}`);
    cursor = page.body.page.nextCursor ?? '';
  }
  return cursor;
}
