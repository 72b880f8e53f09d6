import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { suspend, userWithPermissions, userWithRoles } from '../support/administration.js';
import { useApiApp } from '../support/api-app.js';
import {
  type AuthorizationDocument,
  call,
  type Operation,
  operationsOf,
  outcomeOf,
} from '../support/authorization-matrix.js';
import type { ApiClient, ListBody } from '../support/client.js';
import { signIn, type SignedUp, signUp } from '../support/factories.js';
import { useFixture } from '../support/fixture.js';
import { WITH_ADMIN } from '../support/use-app.js';

const FILE = 'docs/authorization.md';
const running = useApiApp(WITH_ADMIN);
const { api, admin } = running;

const found = useFixture(async () => {
  const document = JSON.parse(readFileSync('openapi/v2.json', 'utf8')) as AuthorizationDocument;
  const permissions = await admin.get<ListBody<{ readonly name: string }>>('/permissions');
  return { operations: operationsOf(document), permissions: permissions.body.items.map(({ name }) => name) };
});

const users = useFixture(async () => {
  const suspended = await signUp(api);
  await suspend(admin, suspended);
  return {
    user: await signUp(api),
    suspended,
    admin: await userWithRoles(running, 'user', 'admin'),
    having: new Map<string, SignedUp>(),
    lacking: new Map<string, SignedUp>(),
  };
});

/** Someone with this permission alone, and someone with all others. */
async function holdersOf(permission: string): Promise<{ having: SignedUp; lacking: SignedUp }> {
  const others = found.permissions.filter((name) => name !== permission);
  const having = users.having.get(permission) ?? (await userWithPermissions(running, permission));
  const lacking = users.lacking.get(permission) ?? (await userWithPermissions(running, ...others));
  users.having.set(permission, having);
  users.lacking.set(permission, lacking);
  return { having, lacking };
}

/** A new session, since an operation may end the one that it's called with. */
async function sessionOf(user: SignedUp): Promise<ApiClient> {
  return (await signIn(api, user)).api;
}

/** A key of the admin with this permission or, without one, with none. No operation that it may call revokes it. */
async function keyWith(permission?: string): Promise<ApiClient> {
  const permissions = permission === undefined ? [] : [permission];
  const { body } = await (
    await sessionOf(users.admin)
  ).post<{ key: string }>(
    '/auth/api-keys',
    { name: 'Matrix', permissions },
    { 'idempotency-key': `${permission}` },
  );
  return api.as({ accessToken: body.key });
}

/** The admin, as this user. */
async function actingAs(user: SignedUp): Promise<ApiClient> {
  const caller = await sessionOf(users.admin);
  const { body } = await caller.post<{ accessToken: string }>(`/users/${user.session.user.id}/impersonate`, {
    reason: 'Matrix',
  });
  return api.as(body);
}

type Row = Readonly<Record<(typeof COLUMNS)[number], string>>;
const COLUMNS = [
  'anonymous',
  'suspended',
  'user',
  'the permission alone',
  'all others',
  'admin',
  'key with it',
  'key without',
  'impersonated',
] as const;

async function observe(operation: Operation): Promise<Row> {
  const { permission } = operation;
  const holders = permission === undefined ? undefined : await holdersOf(permission);
  const outcome = async (caller: ApiClient): Promise<string> => outcomeOf(await call(caller, operation));
  return {
    anonymous: await outcome(api),
    suspended: await outcome(users.suspended.api),
    user: await outcome(await sessionOf(users.user)),
    'the permission alone': holders ? await outcome(await sessionOf(holders.having)) : '',
    'all others': holders ? await outcome(await sessionOf(holders.lacking)) : '',
    admin: await outcome(await sessionOf(users.admin)),
    'key with it': holders ? await outcome(await keyWith(permission)) : '',
    'key without': await outcome(await keyWith()),
    impersonated: await outcome(await actingAs(holders?.having ?? users.user)),
  };
}

/** What the document says. */
function expected({ path, isOpen, permission, isRecent, isOwn, mayNeedSession }: Operation): Row {
  const isAuth = path.startsWith('/v2/auth/');
  const key = !isOpen && mayNeedSession ? '403' : 'yes';
  return {
    anonymous: isOpen ? 'yes' : '401',
    suspended: isOpen ? 'yes' : '401',
    user: isOpen || permission === undefined ? 'yes' : '403',
    'the permission alone': permission === undefined ? '' : 'yes',
    'all others': permission === undefined ? '' : '403',
    admin: 'yes',
    'key with it': permission === undefined ? '' : key,
    'key without': permission === undefined ? key : '403',
    impersonated: !isOpen && (isAuth || isRecent || isOwn) ? '403' : 'yes',
  };
}

describe('who may call what', () => {
  it('is as the document declares, for every operation and every kind of caller', async () => {
    const rows: [Operation, Row][] = [];
    for (const operation of found.operations) {
      rows.push([operation, await observe(operation)]);
    }
    const named = (list: readonly [Operation, Row][]) =>
      list.map(([{ method, path }, row]) => ({ operation: `${method} ${path}`, ...row }));
    expect(named(rows)).toEqual(named(found.operations.map((operation) => [operation, expected(operation)])));
    const text = render(rows);
    if (process.env['WRITE_AUTHORIZATION']) {
      writeFileSync(FILE, text);
    }
    // If it differs, see whether that's what you want, and run `npm run authorization`.
    expect(readFileSync(FILE, 'utf8')).toBe(text);
  }, 120_000);
});

function render(rows: readonly [Operation, Row][]): string {
  const cells = [
    ['operation', 'permission', 'recent', ...COLUMNS],
    ...rows.map(([{ method, path, permission, isRecent }, row]) => [
      `\`${method} ${path}\``,
      permission === undefined ? '' : `\`${permission}\``,
      isRecent ? 'yes' : '',
      ...COLUMNS.map((column) => row[column]),
    ]),
  ];
  const widths = (cells[0] ?? []).map((_, at) => Math.max(...cells.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = cells;
  return [
    '# Who may call what',
    '',
    'A test calls every operation of v2 as every kind of caller, and writes this table: `npm run authorization`. `yes` means that the',
    'caller was let in; 401 and 403 are refusals. `recent` marks operations for which a user must have signed in or stepped up within the',
    "last five minutes. An API key is one of an admin's, with the operation's permission or with none; `impersonated` is an admin who acts as",
    'someone with the permission. A new operation gets a row by itself.',
    '',
    line(head),
    line(widths.map((width) => '-'.repeat(width))),
    ...body.map(line),
    '',
  ].join('\n');
}
