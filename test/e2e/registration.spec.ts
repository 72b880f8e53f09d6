import { describe, expect, it } from '@jest/globals';
import type { Answer } from '../support/client.js';
import { aUser, signUp, tokenIn } from '../support/factories.js';
import { expectProblem } from '../support/problems.js';
import type { ReceivedMail } from '../support/received-mail.js';
import { eventually } from '../support/servers.js';
import { query, rowCounts } from '../support/stored.js';
import { useApps } from '../support/use-app.js';

const apps = useApps({ immediate: 'api', verifyFirst: ['all', { REGISTRATION: 'verify-first' }] });
const { database, sink } = apps;
const { api } = apps.immediate;
/** Calls the process with `REGISTRATION=verify-first`. */
const { api: unseen } = apps.verifyFirst;

describe('a registration', () => {
  it('gives an address to one of many concurrent requests, in any case', async () => {
    const user = aUser();
    const before = await rowCounts(database.url);
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        api.register({ ...user, email: n % 2 === 0 ? user.email : user.email.toUpperCase() }),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    for (const refused of answers.filter(({ status }) => status !== 201)) {
      expect(expectProblem(refused, 409, 'email-taken').errors).toEqual([
        { pointer: '/email', code: 'email-taken', message: 'is already in use' },
      ]);
    }
    const after = await rowCounts(database.url);
    for (const table of ['accounts.users', 'accounts.passwords', 'accounts.sessions']) {
      expect([table, after[table]]).toEqual([table, (before[table] ?? 0) + 1]);
    }
  });

  it('treats similar addresses as different accounts', async () => {
    const { email } = aUser();
    const [name, host] = email.split('@');
    for (const other of [email, `${name}+tag@${host}`, `x.${email}`, `ada@${name}.${host}`]) {
      expect([other, (await api.register({ ...aUser(), email: other })).status]).toEqual([other, 201]);
    }
  });

  it('recognizes an address in any Unicode normalization form', async () => {
    const name = `zoë-${aUser().email}`;
    expect((await api.register({ ...aUser(), email: name.normalize('NFC') })).status).toBe(201);
    const again = await api.register({ ...aUser(), email: name.normalize('NFD').toUpperCase() });
    expectProblem(again, 409, 'email-taken');
  });

  it('recognizes a Greek address in capitals, whichever sigma ends a word', async () => {
    const name = `οδυσσευς.${aUser().email}`;
    expect((await api.register({ ...aUser(), email: name })).status).toBe(201);
    for (const email of [name.toUpperCase(), name.replaceAll('ς', 'σ')]) {
      expectProblem(await api.register({ ...aUser(), email }), 409, 'email-taken');
    }
  });

  it('recognizes both forms of an international domain', async () => {
    const name = aUser().email.split('@')[0];
    expect((await api.register({ ...aUser(), email: `${name}@münchen.test` })).status).toBe(201);
    const again = await api.register({ ...aUser(), email: `${name}@xn--mnchen-3ya.test` });
    expectProblem(again, 409, 'email-taken');
  });

  it.each([
    'a\u200bb@acme.test',
    'a\u3164b@acme.test',
    'a\ufe0f@acme.test',
    '"a b"@acme.test',
    'a\u2028@acme.test',
    'a@b@acme.test',
  ])('rejects the undeliverable address %j', async (address) => {
    const problem = expectProblem(await api.register({ ...aUser(), email: address }), 400, 'invalid-input');
    expect(problem.errors).toMatchObject([{ pointer: '/email', code: 'invalid-email' }]);
  });

  const { email } = aUser();
  it.each([
    ['password123', 'one of the most common'],
    ['PassWord123', 'the same in a different case'],
    ['iloveyou', 'one of the most common'],
    ['12345678', 'one of the most common'],
    ['qwertyuiop', 'one of the most common'],
    [email, 'the user’s own address'],
    [email.toUpperCase(), 'the user’s own address in capitals'],
    [email.split('@')[0] ?? '', 'the local part of the user’s own address'],
  ])('rejects the password %s: %s', async (password) => {
    const problem = expectProblem(await api.register({ email, password }), 422, 'weak-password');
    expect(problem.errors).toEqual([
      { pointer: '/password', code: 'weak-password', message: 'must be harder to guess' },
    ]);
  });

  it.each([
    ['seven characters', '7 chars', 400],
    ['eight characters', 'aß漢字🦦xyz', 201],
    ['256 characters', `${'otter '.repeat(42)}moss`, 201],
    ['257 characters', `${'otter '.repeat(42)}stone`, 400],
  ])('accepts passwords of 8 to 256 characters: %s', async (_, password, status) => {
    const user = { ...aUser(), password };
    const answer = await api.register(user);
    expect(answer.status).toBe(status);
    if (status === 201) {
      expect((await api.login(user)).status).toBe(200);
      expect((await api.login({ ...user, password: password.slice(0, -1) })).status).toBe(401);
    }
  });

  it('stores passwords as argon2id with the parameters recommended by OWASP', async () => {
    const { session } = await signUp(api);
    const [row] = await query<{ hash: string }>(
      database.url,
      'select hash from accounts.passwords where user_id = $1',
      [session.user.id],
    );
    expect(row?.hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });
});

describe('a sign-in', () => {
  it('does not reveal whether an address exists, by response or by timing', async () => {
    const user = await signUp(api);
    const times: Record<'unknown' | 'known', number[]> = { unknown: [], known: [] };
    const answers: Answer<unknown>[] = [];
    for (let round = 0; round < 15; round++) {
      for (const kind of ['unknown', 'known'] as const) {
        const startedAt = performance.now();
        const email = kind === 'known' ? user.email : aUser().email;
        answers.push(await api.login({ email, password: 'wrong wrong wrong' }));
        times[kind].push(performance.now() - startedAt);
      }
    }
    const bodies = answers.map((answer) => ({
      ...expectProblem(answer, 401, 'invalid-credentials'),
      requestId: '',
    }));
    expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1);
    const ratio = median(times.unknown) / median(times.known);
    expect(ratio).toBeGreaterThan(0.5);
    expect(ratio).toBeLessThan(2);
  });
});

describe('with REGISTRATION=verify-first', () => {
  it('returns the same for a new and a taken address, and notifies the owner by mail', async () => {
    const owner = aUser({ locale: 'de' });
    const free = await unseen.register(owner);
    const [welcome] = await mailsTo(owner.email, 1);
    expect(welcome?.subject).toBe('Bestätigen Sie Ihre E-Mail-Adresse');
    expect((await unseen.verify(tokenIn(welcome), owner.password)).status).toBe(204);

    // Mails to one account are a minute apart.
    await query(database.url, `update accounts.users set mailed_at = mailed_at - interval '1 minute'`);
    const taken = await unseen.register({ ...aUser(), email: owner.email.toUpperCase() });
    expect([free.status, free.body]).toEqual([202, { status: 'accepted' }]);
    expect([taken.status, taken.body]).toEqual([202, { status: 'accepted' }]);
    expect(stable(taken.headers)).toEqual(stable(free.headers));
    expect(free.headers.get('location')).toBeNull();
    const [, warning] = await mailsTo(owner.email, 2);
    expect(warning?.subject).toBe('Sie haben bereits ein Konto');
    expect(warning?.text).not.toContain('token=');
    expect((await unseen.login(owner)).status).toBe(200);
  });

  it('returns the same to concurrent requests', async () => {
    const user = aUser();
    const before = (await rowCounts(database.url))['accounts.users'] ?? 0;
    const answers = await Promise.all(Array.from({ length: 10 }, () => unseen.register(user)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
    expect((await rowCounts(database.url))['accounts.users']).toBe(before + 1);
  });

  it('rejects a weak password before looking up the address', async () => {
    const { email } = await signUp(api);
    const answers = await Promise.all(
      [email, aUser().email].map((address) => unseen.register({ email: address, password: 'password123' })),
    );
    answers.forEach((answer) => expectProblem(answer, 422, 'weak-password'));
  });
});

function mailsTo(email: string, count: number): Promise<readonly ReceivedMail[]> {
  return eventually(() => {
    const mails = sink.mailsTo(email);
    expect(mails).toHaveLength(count);
    return mails;
  });
}

/** Without the headers that differ in every response. */
function stable(headers: Headers): Record<string, string> {
  return Object.fromEntries(
    [...headers].filter(([name]) => !['date', 'x-request-id', 'set-cookie'].includes(name)),
  );
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
