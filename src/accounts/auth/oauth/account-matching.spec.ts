import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { useApiApp } from '../../../../test/support/api-app.js';
import { beforeStatement } from '../../../../test/support/before-statement.js';
import type { ListBody } from '../../../../test/support/client.js';
import { changeEmail } from '../../../../test/support/email-changes.js';
import { eventually } from '../../../../test/support/eventually.js';
import { aUser, signUp } from '../../../../test/support/factories.js';
import { linkTokenOf, mailsInOutbox, userIdOf } from '../../../../test/support/mail-outbox.js';
import {
  aVerifier,
  exchange,
  followRealTime,
  leadThrough,
  linkIdentity,
  OAUTH_SETTINGS,
  providerSettings,
  signInWith,
} from '../../../../test/support/oauth.js';
import { expectProblem } from '../../../../test/support/problems.js';
import { countWaiting, query, rowCounts } from '../../../../test/support/stored.js';
import { useUnrulyProvider } from '../../../../test/support/unruly-provider.js';

const provider = useUnrulyProvider();
const settings = () => ({
  ...OAUTH_SETTINGS,
  ...providerSettings('TRUSTED', provider, { ISSUER: provider.url, TRUST_EMAIL: 'true' }),
  ...providerSettings('OTHER', provider, { ISSUER: provider.url, TRUST_EMAIL: 'true' }),
  ...providerSettings('UNTRUSTED', provider, { ISSUER: provider.url }),
});
const running = useApiApp(settings);
const { api, database } = running;
const closed = useApiApp(() => ({ ...settings(), REGISTRATION: 'closed' }), running);
const hiding = useApiApp(() => ({ ...settings(), REGISTRATION: 'verify-first' }), running);
[running, closed, hiding].forEach(({ clock }) => followRealTime(clock));

let email: string;
let sub: string;

beforeEach(() => {
  email = aUser().email;
  sub = randomUUID();
  claim({});
});

/** What the provider says of the account in front of the browser. */
function claim(more: Readonly<Record<string, unknown>>): void {
  provider.be({ claims: { sub, email, email_verified: true, ...more } });
}

describe('an identity that nobody has linked', () => {
  it('opens an account if registration is open, and none if it is closed', async () => {
    expect((await signInWith(closed.api, 'trusted')).error).toBe('registration-closed');
    const { body } = await signInWith(hiding.api, 'trusted');
    expect(body.user).toMatchObject({ email, emailVerified: true });
    const history = await api.as(body).get<ListBody<object>>('/users/me/audit-events');
    expect(history.body.items).toMatchObject([{ type: 'session.started' }, { type: 'user.registered' }]);
    expect((await signInWith(closed.api, 'trusted')).body.user.id).toBe(body.user.id);
  });

  it.each<[string, string, Record<string, unknown>, string]>([
    ['no address', 'trusted', { email: undefined }, 'email-required'],
    ['what cannot be an address', 'trusted', { email: 'ada at acme' }, 'email-required'],
    ['an address with invisible characters', 'trusted', { email: 'ada\u200b@acme.test' }, 'email-required'],
    ['an address that it has not verified', 'trusted', { email_verified: false }, 'email-not-trusted'],
    ['an address of which it says nothing', 'trusted', { email_verified: undefined }, 'email-not-trusted'],
    ['something that is almost true', 'trusted', { email_verified: 'true' }, 'email-not-trusted'],
    ['a verified address, but we do not trust it', 'untrusted', {}, 'email-not-trusted'],
  ])('opens no account if the provider tells %s', async (_, name, claims, error) => {
    claim(claims);
    const before = await rowCounts(database.url);
    expect((await signInWith(api, name)).error).toBe(error);
    expect(await rowCounts(database.url)).toEqual(before);
  });

  it('leaves out a name and a language that cannot be shown', async () => {
    claim({ name: 'Ada\u202e', locale: 'no language' });
    expect((await signInWith(api, 'trusted')).body.user).toMatchObject({ displayName: null, locale: 'en' });
  });

  it('opens one account for two sign-ins at the same moment', async () => {
    let other: Awaited<ReturnType<typeof signInWith>> | undefined;
    await beforeStatement(/insert into "?accounts"?\."?users/i, async () => {
      other = await signInWith(api, 'trusted');
    });
    const { status, body } = await signInWith(api, 'trusted');
    expect([status, other?.status]).toEqual([200, 200]);
    expect(body.user.id).toBe(other?.body.user.id);
  });
});

describe('an account that exists', () => {
  it('may get the address back that it had, so nobody else can open one with it', async () => {
    const user = await verifiedUser();
    await changeEmail(running, user);
    expect((await signInWith(api, 'trusted')).error).toBe('account-exists');
  });

  it('is linked if its address is verified at both, and we tell its owner', async () => {
    const user = await verifiedUser();
    const { body } = await signInWith(api, 'trusted');
    expect(body.user.id).toBe(user.session.user.id);
    expect((await api.login(user)).status).toBe(200);
    const mails = await mailsInOutbox(running, database.url, body.user.id);
    const told = mails.filter(({ template }) => template === 'identity-linked');
    expect(told).toMatchObject([{ to: { email }, data: { ipAddress: '127.0.0.1' } }]);
    expect((await api.as(user.session).me()).status).toBe(200);
  });

  it.each<[string, string, Record<string, unknown>]>([
    ['has not verified the address', 'trusted', { email_verified: false }],
    ['is not trusted', 'untrusted', {}],
  ])('stays as it is if the provider %s', async (_, name, claims) => {
    for (const user of [await verifiedUser(), await signUp(api, { email: aUser().email })]) {
      email = user.email;
      sub = randomUUID();
      claim(claims);
      const before = await identitiesOf(user.session.user.id);
      expect((await signInWith(api, name)).error).toBe('account-exists');
      expect(await identitiesOf(user.session.user.id)).toEqual(before);
      expect((await api.login(user)).status).toBe(200);
      // Where registration doesn't tell who has an account, this doesn't either.
      expect((await signInWith(hiding.api, name)).error).toBe('email-not-trusted');
      expect((await signInWith(closed.api, name)).error).toBe('email-not-trusted');
    }
  });

  it('has one identity for each provider that its owner has used', async () => {
    const { body } = await signInWith(api, 'trusted');
    expect((await signInWith(api, 'other')).body.user.id).toBe(body.user.id);
    expect(await identitiesOf(body.user.id)).toEqual(['other', 'trusted']);
  });

  it('is not opened by the same ID at another provider', async () => {
    const { body } = await signInWith(api, 'trusted');
    claim({ email: aUser().email });
    expect((await signInWith(api, 'other')).body.user.id).not.toBe(body.user.id);
  });
});

/** Sudhodanan and Paverd, "Pre-hijacked accounts", 2022. The attacker is there before the owner of the address. */
describe('whoever has prepared an account for the owner of an address', () => {
  it('loses password and session when the owner comes with a provider (classic-federated merge, unexpired session)', async () => {
    const attacker = await signUp(api, { email });
    expect((await attacker.api.me()).body.emailVerified).toBe(false);
    const { body: owner } = await signInWith(api, 'trusted');
    expect(owner.user).toMatchObject({ id: attacker.session.user.id, emailVerified: true });
    expectProblem(await api.login(attacker), 401, 'invalid-credentials');
    expectProblem(await attacker.api.me(), 401, 'unauthenticated');
    expect((await api.refresh(attacker.session.refreshToken)).status).toBe(401);
    expect((await api.as(owner).me()).body.emailVerified).toBe(true);
    const mails = await mailsInOutbox(running, database.url, owner.user.id);
    expect(mails.map(({ template }) => template)).not.toContain('identity-linked');
  });

  it('loses a linked identity, whichever way the owner comes (trojan identifier)', async () => {
    for (const comes of ['with a provider', 'with a reset', 'with a registration']) {
      email = aUser().email;
      const attacker = await signUp(api, { email });
      const trojan = randomUUID();
      provider.be({ claims: { sub: trojan, email: aUser().email } });
      await linkIdentity(api, 'untrusted', attacker.session);
      expect((await signInWith(api, 'untrusted')).body.user.id).toBe(attacker.session.user.id);

      if (comes === 'with a provider') {
        sub = randomUUID();
        claim({});
        expect((await signInWith(api, 'trusted')).status).toBe(200);
      } else if (comes === 'with a reset') {
        await resetPassword();
      } else {
        await registerAnew();
      }
      provider.be({ claims: { sub: trojan, email: aUser().email } });
      expect((await signInWith(api, 'untrusted')).error).toBe('email-not-trusted');
    }
  });

  it('cannot come back with a code from before (unexpired session)', async () => {
    const attacker = await signUp(api, { email });
    provider.be({ claims: { sub: randomUUID(), email: aUser().email } });
    await linkIdentity(api, 'untrusted', attacker.session);
    const verifier = aVerifier();
    const { code } = await leadThrough(api, 'untrusted', verifier);
    claim({});
    await signInWith(api, 'trusted');
    expectProblem(await exchange(api, code, verifier), 400, 'invalid-exchange-code');
  });

  it('cannot come back with a code that they get while the owner comes', async () => {
    const attacker = await signUp(api, { email });
    provider.be({ claims: { sub: randomUUID(), email: aUser().email } });
    await linkIdentity(api, 'untrusted', attacker.session);
    let owner: ReturnType<typeof signInWith> | undefined;
    await beforeStatement(/insert into accounts\.oauth_codes/i, async () => {
      claim({});
      owner = signInWith(api, 'trusted');
      const isWaiting = eventually(async () =>
        expect(await countWaiting(database.url, '%')).toBeGreaterThan(0),
      );
      await Promise.race([owner, isWaiting]);
    });
    const verifier = aVerifier();
    const { code } = await leadThrough(api, 'untrusted', verifier);
    expect((await owner)?.status).toBe(200);
    expectProblem(await exchange(api, code, verifier), 400, 'invalid-exchange-code');
  });

  it('cannot prepare it with a provider that verifies nothing (non-verifying identity provider)', async () => {
    expect((await signInWith(api, 'untrusted')).error).toBe('email-not-trusted');
    expect(await userIdOf(running, { email })).toBe('');
  });
});

describe('a suspended user', () => {
  it('gets no session and no reason, with an identity or a new one', async () => {
    const { body } = await signInWith(api, 'trusted');
    const verifier = aVerifier();
    const { code } = await leadThrough(api, 'trusted', verifier);
    await query(database.url, `update accounts.users set status = 'suspended' where id = $1`, [body.user.id]);
    expectProblem(await exchange(api, code, verifier), 401, 'invalid-credentials');
    expect((await signInWith(api, 'trusted')).error).toBe('invalid-credentials');
    expect((await signInWith(api, 'other')).error).toBe('invalid-credentials');
    expect(await identitiesOf(body.user.id)).toEqual(['trusted']);
  });

  it('keeps everything, even if the address was never verified', async () => {
    const user = await signUp(api, { email });
    await query(database.url, `update accounts.users set status = 'suspended' where id = $1`, [
      user.session.user.id,
    ]);
    const before = await rowCounts(database.url);
    expect((await signInWith(api, 'trusted')).error).toBe('invalid-credentials');
    expect(await rowCounts(database.url)).toEqual(before);
  });
});

async function verifiedUser() {
  const user = await signUp(api, { email });
  const [mail] = await mailsInOutbox(running, database.url, user.session.user.id);
  expect((await api.verify(linkTokenOf(mail))).status).toBe(204);
  return user;
}

async function resetPassword(): Promise<void> {
  await api.post('/auth/password/forgot', { email });
  const mails = await mailsInOutbox(running, database.url, await userIdOf(running, { email }));
  const token = linkTokenOf(mails.find(({ template }) => template === 'reset-password'));
  const reset = await api.post('/auth/password/reset', { token, password: aUser().password });
  expect(reset.status).toBe(204);
}

/** With a password of the owner's own, where addresses are verified first. */
async function registerAnew(): Promise<void> {
  const owner = aUser({ email });
  // Not so soon after the mail of the first registration.
  hiding.clock.advance({ minutes: 2 });
  await hiding.api.register(owner);
  const mails = await mailsInOutbox(running, database.url, await userIdOf(running, { email }));
  const token = linkTokenOf(mails.findLast(({ template }) => template === 'verify-email'));
  expect((await hiding.api.verify(token, owner.password)).status).toBe(204);
  expect((await hiding.api.login(owner)).status).toBe(200);
}

async function identitiesOf(userId: string): Promise<string[]> {
  const rows = await query<{ provider: string }>(
    database.url,
    'select provider from accounts.identities where user_id = $1 order by provider',
    [userId],
  );
  return rows.map(({ provider: name }) => name);
}
