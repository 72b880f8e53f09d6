import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { useApiApp } from '../../../../test/support/api-app.js';
import type { ListBody } from '../../../../test/support/client.js';
import { beforeStatement } from '../../../../test/support/before-statement.js';
import { eventually } from '../../../../test/support/eventually.js';
import { aUser, type SignedUp, signUp } from '../../../../test/support/factories.js';
import { linkTokenOf, mailsInOutbox } from '../../../../test/support/mail-outbox.js';
import {
  APP,
  aVerifier,
  browserAt,
  exchange,
  followRealTime,
  leadThrough,
  linkUrl,
  OAUTH_SETTINGS,
  providerSettings,
  resultOf,
  signInWith,
} from '../../../../test/support/oauth.js';
import { expectProblem } from '../../../../test/support/problems.js';
import { countWaiting, query } from '../../../../test/support/stored.js';
import { signUpVerified } from '../../../../test/support/verified-user.js';
import { useUnrulyProvider } from '../../../../test/support/unruly-provider.js';

interface IdentityBody {
  readonly id: string;
  readonly provider: string;
  readonly title: string;
  readonly email: string | null;
  readonly createdAt: string;
}

const provider = useUnrulyProvider();
const settings = () => ({
  ...OAUTH_SETTINGS,
  ...providerSettings('ACME', provider, { ISSUER: provider.url, TITLE: 'Acme', TRUST_EMAIL: 'true' }),
  ...providerSettings('OTHER', provider, { ISSUER: provider.url }),
});
const running = useApiApp(settings);
const { api, clock, database } = running;
followRealTime(clock);

let account: { readonly sub: string; readonly email: string };

beforeEach(() => be({}));

/** Someone else is in front of the browser. */
function be(given: object): void {
  account = { sub: randomUUID(), email: aUser().email, ...given };
  provider.be({ claims: { ...account, email_verified: true } });
}

async function link({ session }: Pick<SignedUp, 'session'>, name = 'acme') {
  const verifier = aVerifier();
  const { code, error } = await leadThrough(api, name, verifier, { accessToken: session.accessToken });
  return error === null ? exchange(api, code, verifier) : error;
}

async function identitiesOf({ api: own }: Pick<SignedUp, 'api'>): Promise<readonly IdentityBody[]> {
  return (await own.get<ListBody<IdentityBody>>('/auth/identities')).body.items;
}

describe('linking an identity', () => {
  it('lets the user sign in with it, whatever its address is, and tells them', async () => {
    const user = await signUp(api);
    const [verification] = await mailsInOutbox(running, database.url, user.session.user.id);
    await api.verify(linkTokenOf(verification));
    expect(await link(user)).toMatchObject({ status: 200, body: { user: { id: user.session.user.id } } });
    expect(await identitiesOf(user)).toEqual([
      {
        id: expect.any(String),
        provider: 'acme',
        title: 'Acme',
        email: account.email,
        createdAt: clock.now().toISOString(),
      },
    ]);
    expect((await signInWith(api, 'acme')).body.user.id).toBe(user.session.user.id);
    const mails = await mailsInOutbox(running, database.url, user.session.user.id);
    const told = mails.filter(({ template }) => template === 'identity-linked');
    expect(told).toMatchObject([{ to: { email: user.email }, data: { ipAddress: '127.0.0.1' } }]);
  });

  it('works again for an identity that the user has already linked', async () => {
    const user = await signUp(api);
    await link(user);
    expect(await link(user)).toMatchObject({ status: 200 });
    expect(await identitiesOf(user)).toHaveLength(1);
  });

  it('leads back with an error for the identity of someone else', async () => {
    const [owner, other] = [await signUp(api), await signUp(api)];
    await link(owner);
    expect(await link(other)).toBe('identity-taken');
    expect((await signInWith(api, 'acme')).body.user.id).toBe(owner.session.user.id);
  });

  it('gives an identity to the first of two users who link it at once', async () => {
    const [first, second] = [await signUp(api), await signUp(api)];
    const verifiers = [aVerifier(), aVerifier()] as const;
    const codes = [
      await leadThrough(api, 'acme', verifiers[0], { accessToken: first.session.accessToken }),
      await leadThrough(api, 'acme', verifiers[1], { accessToken: second.session.accessToken }),
    ];
    expect((await exchange(api, codes[0]?.code ?? null, verifiers[0])).status).toBe(200);
    expectProblem(await exchange(api, codes[1]?.code ?? null, verifiers[1]), 409, 'identity-taken');
    expect((await signInWith(api, 'acme')).body.user.id).toBe(first.session.user.id);
  });

  it('needs a session', async () => {
    const { codeChallenge } = aVerifier();
    const request = { redirectTo: APP, codeChallenge, codeChallengeMethod: 'S256' };
    expectProblem(await api.post('/auth/identities/acme', request), 401, 'unauthenticated');
    expectProblem(await api.get('/auth/identities'), 401, 'unauthenticated');
  });

  it('needs a recent proof, since it is one from then on', async () => {
    const { api: own } = await signUp(api);
    const { codeChallenge } = aVerifier();
    const request = { redirectTo: APP, codeChallenge, codeChallengeMethod: 'S256' };
    clock.advance({ minutes: 6 });
    expectProblem(await own.post('/auth/identities/acme', request), 401, 'step-up-required');
    clock.advance({ minutes: -6 });
    expect((await own.post('/auth/identities/acme', request)).status).toBe(200);
  });

  it('only leads back to allowed URLs, and only to known providers', async () => {
    const { api: own } = await signUp(api);
    const { codeChallenge } = aVerifier();
    const request = { redirectTo: 'https://evil.test/', codeChallenge, codeChallengeMethod: 'S256' };
    expectProblem(await own.post('/auth/identities/acme', request), 400, 'redirect-not-allowed');
    const known = { ...request, redirectTo: APP };
    expectProblem(await own.post('/auth/identities/nobody', known), 404, 'unknown-provider');
  });
});

/** The attacker opens their link in the victim's browser, to sign in as the victim from then on. */
describe("a link that someone else's browser opens", () => {
  it('links nothing, because that browser cannot exchange the code, and the attacker never gets it', async () => {
    const attacker = await signUp(api);
    const verifier = aVerifier();
    const url = await linkUrl(attacker.api, 'acme', verifier);
    const { code } = resultOf((await browserAt(api).open(url, APP)).url);
    expect(code).not.toBeNull();
    expectProblem(await exchange(api, code, aVerifier()), 400, 'invalid-exchange-code');
    expect(await identitiesOf(attacker)).toEqual([]);
    expect((await signInWith(api, 'acme')).body.user.id).not.toBe(attacker.session.user.id);
  });

  it.each([
    ['another challenge', { codeChallenge: aVerifier().codeChallenge }],
    ['another place to lead back to', { redirectTo: 'com.acme.app:/signed-in' }],
  ])('is of no use with %s', async (_, changed) => {
    const url = new URL(await linkUrl((await signUp(api)).api, 'acme', aVerifier()));
    Object.entries(changed).forEach(([name, value]) => url.searchParams.set(name, value));
    const { status, page } = await browserAt(api).visit(url.href);
    expect([status, page]).toEqual([400, expect.stringContaining('invalid-state')]);
  });

  it('is of no use for another provider, after ten minutes, or once all sessions have ended', async () => {
    const user = await signUp(api);
    const url = await linkUrl(user.api, 'acme', aVerifier());
    const other = await browserAt(api).visit(url.replace('/oauth/acme?', '/oauth/other?'));
    expect([other.status, other.page]).toEqual([400, expect.stringContaining('invalid-state')]);

    clock.advance({ minutes: 10 });
    expect((await browserAt(api).visit(url)).status).toBe(400);
    clock.advance({ minutes: -10 });

    const verifier = aVerifier();
    const { code } = await leadThrough(api, 'acme', verifier, { accessToken: user.session.accessToken });
    await user.api.delete('/auth/sessions');
    expectProblem(await exchange(api, code, verifier), 400, 'invalid-exchange-code');
    expect(await identitiesOf(user)).toEqual([]);
  });

  it('links nothing if all sessions ended before a browser went to the provider with it', async () => {
    const user = await signUp(api);
    const verifier = aVerifier();
    const url = await linkUrl(user.api, 'acme', verifier);
    await user.api.delete('/auth/sessions');
    const { code } = resultOf((await browserAt(api).open(url, APP)).url);
    expectProblem(await exchange(api, code, verifier), 400, 'invalid-exchange-code');
    expect(await identitiesOf(user)).toEqual([]);
  });
});

describe('the list of identities', () => {
  it("has pages, newest first, and shows nobody else's", async () => {
    const [user, other] = [await signUp(api), await signUp(api)];
    await link(other);
    const subjects: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      be({});
      clock.advance({ seconds: 1 });
      subjects.unshift(account.email);
      await link(user);
    }
    const first = await user.api.get<ListBody<IdentityBody>>('/auth/identities?limit=2&total=true');
    expect(first.body.page.total).toBe(3);
    const cursor = encodeURIComponent(first.body.page.nextCursor ?? '');
    const second = await user.api.get<ListBody<IdentityBody>>(`/auth/identities?limit=2&cursor=${cursor}`);
    const found = [...first.body.items, ...second.body.items].map(({ email }) => email);
    expect(found).toEqual(subjects);
    expectProblem(await other.api.get(`/auth/identities?cursor=${cursor}`), 400, 'invalid-cursor');
  });

  it('still shows an identity whose provider is no longer configured', async () => {
    const user = await signUp(api);
    await link(user);
    await query(
      database.url,
      `update accounts.identities set provider = 'gone', email_sealed = null where user_id = $1`,
      [user.session.user.id],
    );
    expect(await identitiesOf(user)).toMatchObject([{ provider: 'gone', title: 'gone', email: null }]);
  });
});

describe('unlinking an identity', () => {
  it('keeps the user from signing in with it, and tells them by email', async () => {
    const user = await signUpVerified(running);
    await link(user);
    const [identity] = await identitiesOf(user);
    expect((await user.api.delete(`/auth/identities/${identity?.id}`)).status).toBe(204);
    expect(await identitiesOf(user)).toEqual([]);
    const mails = await mailsInOutbox(running, database.url, user.session.user.id);
    expect(mails.at(-1)).toMatchObject({ template: 'identity-unlinked', data: { ipAddress: '127.0.0.1' } });
    const history = await user.api.get<ListBody<object>>('/users/me/audit-events');
    expect(history.body.items.slice(0, 2)).toMatchObject([
      { type: 'identity.unlinked' },
      { type: 'session.started' },
    ]);
    expect(history.body.items).toContainEqual(expect.objectContaining({ type: 'identity.linked' }));
    expect((await signInWith(api, 'acme')).body.user.id).not.toBe(user.session.user.id);
    expectProblem(await user.api.delete(`/auth/identities/${identity?.id}`), 404, 'identity-not-found');
  });

  it('follows the conditions of the request', async () => {
    const user = await signUp(api);
    await link(user);
    const [identity] = await identitiesOf(user);
    const path = `/auth/identities/${identity?.id}`;
    expectProblem(await user.api.with({ 'if-match': '"1"' }).delete(path), 412, 'precondition-failed');
    expect(await identitiesOf(user)).toHaveLength(1);
  });

  it('needs a recent proof', async () => {
    const user = await signUp(api);
    await link(user);
    const [identity] = await identitiesOf(user);
    clock.advance({ minutes: 6 });
    expectProblem(await user.api.delete(`/auth/identities/${identity?.id}`), 401, 'step-up-required');
    clock.advance({ minutes: -6 });
  });

  it('of someone else is not possible, and does not say that it exists', async () => {
    const [user, other] = [await signUp(api), await signUp(api)];
    await link(user);
    const [identity] = await identitiesOf(user);
    expectProblem(await other.api.delete(`/auth/identities/${identity?.id}`), 404, 'identity-not-found');
    expect(await identitiesOf(user)).toHaveLength(1);
  });

  it('is refused for the last way to sign in, until there is a password', async () => {
    const { body: session } = await signInWith(api, 'acme');
    const user = { api: api.as(session) };
    const [identity] = await identitiesOf(user);
    const path = `/auth/identities/${identity?.id}`;
    expectProblem(await user.api.delete(path), 409, 'last-sign-in-method');
    expect(await identitiesOf(user)).toHaveLength(1);
    const { status } = await user.api.post('/auth/password/change', { newPassword: aUser().password });
    expect(status).toBe(204);
    expect((await user.api.delete(path)).status).toBe(204);
  });

  it('leaves one of two that are unlinked at the same moment', async () => {
    const { body: session } = await signInWith(api, 'acme');
    be({ email: account.email });
    await link({ session });
    const user = { api: api.as(session) };
    const both = await identitiesOf(user);
    const unlink = (index: number) => user.api.delete(`/auth/identities/${both[index]?.id}`);
    let second: ReturnType<typeof unlink> | undefined;
    await beforeStatement(/^commit/i, async () => {
      second = unlink(1);
      const isWaiting = eventually(async () =>
        expect(await countWaiting(database.url, '%')).toBeGreaterThan(0),
      );
      await Promise.race([second, isWaiting]);
    });
    const statuses = [(await unlink(0)).status, (await second)?.status ?? 0];
    expect(statuses.toSorted((a, b) => a - b)).toEqual([204, 409]);
    expect(await identitiesOf(user)).toHaveLength(1);
  });

  it('does not count identities of providers that are no longer configured', async () => {
    const { body: session } = await signInWith(api, 'acme');
    be({ email: account.email });
    await link({ session });
    const user = { api: api.as(session) };
    const [newest, oldest] = await identitiesOf(user);
    await query(database.url, `update accounts.identities set provider = 'gone' where id = $1`, [newest?.id]);
    expectProblem(await user.api.delete(`/auth/identities/${oldest?.id}`), 409, 'last-sign-in-method');
    expect((await user.api.delete(`/auth/identities/${newest?.id}`)).status).toBe(204);
  });
});
