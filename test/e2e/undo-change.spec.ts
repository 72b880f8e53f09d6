import { describe, expect, it } from '@jest/globals';
import { Connections } from '#libs/database';
import { AccountChangesPurge } from '../../src/accounts/auth/account-changes/account-changes.purge.js';
import { useApiApp } from '../support/api-app.js';
import { setUpTotp } from '../support/authenticator.js';
import { beforeStatement } from '../support/before-statement.js';
import type { ProblemBody } from '../support/client.js';
import { changeEmail } from '../support/email-changes.js';
import { eventually } from '../support/eventually.js';
import { aUser, type NewUser, type SignedUp, signIn } from '../support/factories.js';
import { linkTokenOf, mailsInOutbox } from '../support/mail-outbox.js';
import { ACCOUNTS, followRealTime, linkIdentity, OAUTH_SETTINGS, signInWith } from '../support/oauth.js';
import { useOidcProvider } from '../support/oidc-provider.js';
import { addPasskey, newPasskey, signInWithPasskey } from '../support/passkeys.js';
import { expectProblem } from '../support/problems.js';
import { countWaiting, dumpOf, query } from '../support/stored.js';
import { signUpVerified } from '../support/verified-user.js';

const ORIGIN = 'https://app.acme.test';
const NEW = 'four quiet herons';

const provider = useOidcProvider(() => [`${ACCOUNTS}/v2/auth/oauth/acme/callback`]);
const settings = () => ({
  ...OAUTH_SETTINGS,
  APP_URL: ORIGIN,
  OAUTH_ACME_ISSUER: provider.issuer,
  OAUTH_ACME_CLIENT_ID: provider.clientId,
  OAUTH_ACME_CLIENT_SECRET: provider.clientSecret,
});
const running = useApiApp(settings);
/** Another replica. */
const replica = useApiApp(settings, running);
const { api, clock, database } = running;
followRealTime(clock);
followRealTime(replica.clock);

const undo = (token: string, at = api) => at.post<ProblemBody>('/auth/changes/undo', { token });
const addedBy = ({ api: own }: SignedUp) => addPasskey(own, ORIGIN);
const pause = () => clock.advance({ seconds: 1 });

async function mailsTo({ session }: SignedUp, template: string) {
  const mails = await mailsInOutbox(running, database.url, session.user.id);
  return mails.filter((mail) => mail.template === template);
}

/** The token in the latest mail of this kind. */
async function linkTo(user: SignedUp, template: string): Promise<string> {
  return linkTokenOf((await mailsTo(user, template)).at(-1));
}

/** Someone who uses the account, and someone else who knows the password. Passes a second for each. */
async function stolen(): Promise<{ readonly owner: SignedUp; readonly thief: SignedUp }> {
  const owner = await signUpVerified(running);
  pause();
  return { owner, thief: await signIn(api, owner) };
}

/** With the link that comes after a change was undone. @returns the owner, signed in again */
async function comeBack(owner: SignedUp): Promise<SignedUp> {
  const token = await linkTo(owner, 'account-reclaimed');
  expect((await api.post('/auth/password/reset', { token, password: NEW })).status).toBe(204);
  return signIn(api, { ...owner, password: NEW });
}

async function expectOut(user: SignedUp): Promise<void> {
  expectProblem(await user.api.me(), 401, 'unauthenticated');
  expectProblem(await api.refresh(user.session.refreshToken), 401, 'invalid-refresh-token');
  expectProblem(await api.login(user), 401, 'invalid-credentials');
}

async function link({ session }: SignedUp, sub: string): Promise<void> {
  provider.signIn({ sub, email: `${sub}@elsewhere.test`, email_verified: true });
  await linkIdentity(api, 'acme', session);
}

/** What a thief does, and the mail that says so. */
const CHANGES: Readonly<Record<string, (thief: SignedUp) => Promise<unknown>>> = {
  'passkey-added': addedBy,
  'second-factor-added': ({ api: own }) => setUpTotp(own, clock),
  'identity-linked': (thief) => link(thief, thief.session.user.id),
  'password-changed': ({ api: own, password }) =>
    own.post('/auth/password/change', { currentPassword: password, newPassword: 'nine rude badgers' }),
  'passkey-removed': async (thief) => {
    const { id } = await addedBy(thief);
    await thief.api.delete(`/auth/passkeys/${id}`);
  },
  'second-factor-removed': async ({ api: own }) => {
    await setUpTotp(own, clock);
    await own.delete('/auth/mfa/totp');
  },
  'identity-unlinked': async (thief) => {
    await link(thief, thief.session.user.id);
    const { body } = await thief.api.get<{ items: { id: string }[] }>('/auth/identities');
    await thief.api.delete(`/auth/identities/${body.items[0]?.id}`);
  },
  'recovery-codes-replaced': async ({ api: own }) => {
    await setUpTotp(own, clock);
    await own.post('/auth/mfa/recovery-codes');
  },
};

describe('"That wasn\'t me" in a mail about a change', () => {
  it.each(Object.keys(CHANGES))(
    'throws out whoever made it, and lets the owner back in: %s',
    async (template) => {
      const { owner, thief } = await stolen();
      await CHANGES[template]?.(thief);
      const [mail] = await mailsTo(owner, template);
      expect(mail?.data['link']).toMatch(/^https:\/\/app\.acme\.test\/undo-change\?token=[\w-]{43}$/);
      expect(mail?.data['ipAddress']).toBe('127.0.0.1');
      // A mail scanner opens it.
      expect((await api.under('').get(`/undo-change?token=${linkTokenOf(mail)}`)).status).toBe(200);
      expect((await thief.api.me()).status).toBe(200);
      const answer = await undo(linkTokenOf(mail));
      expect([answer.status, answer.body]).toEqual([204, undefined]);
      await expectOut(thief);
      await expectOut({ ...thief, password: 'nine rude badgers' });
      if (!template.startsWith('second-factor') && template !== 'recovery-codes-replaced') {
        const back = await comeBack(owner);
        expect((await back.api.me()).status).toBe(200);
      }
    },
  );

  it('also says so about a recovery code that was used', async () => {
    const owner = await signUpVerified(running);
    const { recoveryCodes } = await setUpTotp(owner.api, clock);
    const { mfaToken } = expectProblem(await api.login(owner), 401, 'mfa-required') as ProblemBody & {
      mfaToken: string;
    };
    const input = { mfaToken, factor: 'recovery-code', code: recoveryCodes[0] };
    const { body } = await api.post<SignedUp['session']>('/auth/login/mfa', input);
    expect((await undo(await linkTo(owner, 'recovery-code-used'))).status).toBe(204);
    expectProblem(await api.as(body).me(), 401, 'unauthenticated');
    expectProblem(await api.login(owner), 401, 'invalid-credentials');
  });

  it('works for an owner who does not have the second factor of the thief', async () => {
    const { owner, thief } = await stolen();
    const { app, recoveryCodes } = await setUpTotp(thief.api, clock);
    expectProblem(await api.login(owner), 401, 'mfa-required');
    expect((await undo(await linkTo(owner, 'second-factor-added'))).status).toBe(204);
    const back = await comeBack(owner);
    expect((await back.api.get('/auth/mfa')).body).toEqual({ factors: [], recoveryCodesLeft: 0 });
    // And can now have one.
    await setUpTotp(back.api, clock);
    const { mfaToken } = expectProblem(await api.login(back), 401, 'mfa-required') as ProblemBody & {
      mfaToken: string;
    };
    for (const [factor, code] of [
      ['totp', app.code()],
      ['recovery-code', recoveryCodes[0]],
    ]) {
      expectProblem(await api.post('/auth/login/mfa', { mfaToken, factor, code }), 401, 'invalid-code');
    }
  });

  it('removes an identity that was linked, and nothing from before', async () => {
    const { owner, thief } = await stolen();
    const { id } = owner.session.user;
    await link(owner, `own-${id}`);
    pause();
    await link(thief, id);
    expect((await undo(await linkTo(owner, 'identity-linked'))).status).toBe(204);
    expect((await signInWith(api, 'acme')).error).toBe('email-not-trusted');
    provider.signIn({ sub: `own-${id}`, email: `own-${id}@elsewhere.test`, email_verified: true });
    expect((await signInWith(api, 'acme')).body.user.id).toBe(id);
  });
});

describe('of several changes', () => {
  it.each([
    ['the first', 0, [204, 401, 401, 401]],
    ['the last', 2, [204, 200, 200, 401]],
  ] as const)('%s undoes itself and what came after it', async (_, which, [, ...expected]) => {
    const { owner, thief } = await stolen();
    const own = await addedBy(owner);
    const devices = [];
    for (let count = 0; count < 3; count += 1) {
      pause();
      devices.push((await addedBy(thief)).device);
    }
    const mails = (await mailsTo(owner, 'passkey-added')).slice(1);
    expect((await undo(linkTokenOf(mails[which]))).status).toBe(204);
    const statuses = [];
    for (const device of devices) {
      statuses.push((await signInWithPasskey(api, device)).status);
    }
    expect(statuses).toEqual(expected);
    expect((await signInWithPasskey(api, own.device)).status).toBe(200);
  });

  it('an earlier one can still be undone after a later one', async () => {
    const { owner, thief } = await stolen();
    const first = await addedBy(thief);
    pause();
    await addedBy(thief);
    const [early, late] = await mailsTo(owner, 'passkey-added');
    expect((await undo(linkTokenOf(late))).status).toBe(204);
    const again = await signInWithPasskey(api, first.device);
    expect(again.status).toBe(200);
    expect((await undo(linkTokenOf(early))).status).toBe(204);
    expectProblem(await api.as(again.body).me(), 401, 'unauthenticated');
    expectProblem(await signInWithPasskey(api, first.device), 401, 'invalid-passkey');
  });

  it('the first one undoes other kinds, too, and what was renamed or set up again', async () => {
    const { owner, thief } = await stolen();
    const passkey = await addedBy(thief);
    const token = await linkTo(owner, 'passkey-added');
    pause();
    await thief.api.patch(`/auth/passkeys/${passkey.id}`, { name: 'the laptop of the owner' });
    await setUpTotp(thief.api, clock);
    await thief.api.delete('/auth/mfa/totp');
    await setUpTotp(thief.api, clock);
    await thief.api.delete(`/auth/passkeys/${passkey.id}`);
    const again = await addedBy(thief);
    expect((await undo(token)).status).toBe(204);
    expectProblem(await signInWithPasskey(api, again.device), 401, 'invalid-passkey');
    const back = await comeBack(owner);
    expect((await back.api.get('/auth/mfa')).body).toEqual({ factors: [], recoveryCodesLeft: 0 });
  });
});

describe('a change in the same millisecond', () => {
  it('is after the one before it, and a replica whose clock is slow makes none before', async () => {
    const { owner, thief } = await stolen();
    const own = await addedBy(owner);
    // Mails of the same millisecond are in no order.
    const [mailOfOwn] = await mailsTo(owner, 'passkey-added');
    const first = await addedBy(thief);
    const mails = await mailsTo(owner, 'passkey-added');
    const mail = mails.find(({ data }) => data['link'] !== mailOfOwn?.data['link']);
    replica.clock.advance({ ms: clock.millis() - replica.clock.millis() - 5 });
    const second = await addPasskey(thief.api.at(replica.api.url), ORIGIN);
    expect((await undo(linkTokenOf(mail))).status).toBe(204);
    const statuses = [];
    for (const { device } of [own, first, second]) {
      statuses.push((await signInWithPasskey(api, device)).status);
    }
    expect(statuses).toEqual([200, 401, 401]);
  });
});

describe('a link that undoes a change', () => {
  it('does nothing the second time, and neither do those of what it undid', async () => {
    const { owner, thief } = await stolen();
    await addedBy(thief);
    const first = await linkTo(owner, 'passkey-added');
    pause();
    await setUpTotp(thief.api, clock);
    expect((await undo(first)).status).toBe(204);
    const back = await comeBack(owner);
    const own = await addedBy(back);
    for (const token of [first, await linkTo(owner, 'second-factor-added')]) {
      expect((await undo(token)).status).toBe(204);
    }
    expect((await back.api.me()).status).toBe(200);
    expect((await signInWithPasskey(api, own.device)).status).toBe(200);
    expect(await mailsTo(owner, 'account-reclaimed')).toHaveLength(1);
  });

  it('works for 72 hours, and is then deleted', async () => {
    const { owner, thief } = await stolen();
    await addedBy(thief);
    const [used, unused] = [await linkTo(owner, 'passkey-added'), await expiring()];
    clock.advance({ hours: 72, ms: -1 });
    expect((await undo(used)).status).toBe(204);
    clock.advance({ ms: 1 });
    expectProblem(await undo(used), 400, 'invalid-token');
    expectProblem(await undo(unused), 400, 'invalid-token');
    clock.advance({ ms: 1 });
    const purge = new AccountChangesPurge(running.app.get(Connections).database('accounts'), clock);
    await purge.purge(AbortSignal.timeout(10_000));
    const left = await query(database.url, 'select 1 from accounts.account_changes where user_id = $1', [
      owner.session.user.id,
    ]);
    expect(left).toEqual([]);
  });

  it.each(['', 'x', 'A'.repeat(43)])('has to be one of ours: %j', async (token) => {
    expect((await undo(token)).status).toBe(400);
  });

  it('is no link for anything else, and no other link undoes a change', async () => {
    const { owner, thief } = await stolen();
    await addedBy(thief);
    const token = await linkTo(owner, 'passkey-added');
    for (const path of ['/auth/email/verify', '/auth/email/disown', '/auth/sessions/disown']) {
      expectProblem(await api.post(path, { token }), 400, 'invalid-token');
    }
    expectProblem(await api.post('/auth/password/reset', { token, password: NEW }), 400, 'invalid-token');
    await api.post('/auth/password/forgot', { email: owner.email });
    expectProblem(await undo(await linkTo(owner, 'reset-password')), 400, 'invalid-token');
    expect(await dumpOf(database.url)).not.toContain(token);
  });

  it('gives back the address that the thief has changed since, and writes to that', async () => {
    const { owner, thief } = await stolen();
    await addedBy(thief);
    const token = await linkTo(owner, 'passkey-added');
    pause();
    const { newEmail } = await changeEmail(running, thief);
    pause();
    expect((await undo(token)).status).toBe(204);
    const [mail] = await mailsTo(owner, 'account-reclaimed');
    expect(mail?.to.email).toBe(owner.email);
    expect((await mailsTo(owner, 'email-change-undone'))[0]?.to.email).toBe(newEmail);
    const reset = { token: linkTokenOf(mail), password: NEW };
    expect((await api.post('/auth/password/reset', reset)).status).toBe(204);
    expect((await signIn(api, { ...owner, password: NEW })).session.user.email).toBe(owner.email);
  });

  it('gives back the first of several addresses that the thief has left behind', async () => {
    const { owner, thief } = await stolen();
    await addedBy(thief);
    const token = await linkTo(owner, 'passkey-added');
    pause();
    await changeEmail(running, thief);
    await changeEmail(running, thief);
    pause();
    expect((await undo(token)).status).toBe(204);
    expect((await mailsTo(owner, 'account-reclaimed'))[0]?.to.email).toBe(owner.email);
  });

  it('gives back the address that the thief has changed in the same millisecond', async () => {
    const { owner, thief } = await stolen();
    await addedBy(thief);
    const token = await linkTo(owner, 'passkey-added');
    const { email: newEmail } = aUser();
    expect((await thief.api.post('/auth/email/change', { newEmail })).status).toBe(202);
    const confirmation = { token: await linkTo(owner, 'confirm-email-change') };
    expect((await api.post('/auth/email/change/confirm', confirmation)).status).toBe(204);
    expect((await undo(token)).status).toBe(204);
    expect((await mailsTo(owner, 'account-reclaimed'))[0]?.to.email).toBe(owner.email);
  });

  it('gives back the address that the thief has changed again after the owner got it back', async () => {
    const { owner, thief } = await stolen();
    const { device } = await addedBy(thief);
    const token = await linkTo(owner, 'passkey-added');
    pause();
    const { undoToken } = await changeEmail(running, thief);
    expect((await api.post('/auth/email/change/undo', { token: undoToken })).status).toBe(204);
    // That was about the address alone. The passkey is older.
    const { body: session } = await signInWithPasskey(api, device);
    await changeEmail(running, { ...thief, session, api: api.as(session) });
    pause();
    expect((await undo(token)).status).toBe(204);
    expect((await mailsTo(owner, 'account-reclaimed')).map(({ to }) => to.email)).toEqual([
      owner.email,
      owner.email,
    ]);
  });

  it('forgets an app that the thief has begun to set up', async () => {
    const { owner, thief } = await stolen();
    await addedBy(thief);
    expect((await thief.api.post('/auth/mfa/totp')).status).toBe(201);
    expect((await undo(await linkTo(owner, 'passkey-added'))).status).toBe(204);
    const back = await comeBack(owner);
    const confirmation = await back.api.post<ProblemBody>('/auth/mfa/totp/confirm', { code: '123456' });
    expectProblem(confirmation, 409, 'totp-not-started');
  });

  it('leaves an address that was changed before', async () => {
    const { owner } = await stolen();
    const { newEmail } = await changeEmail(running, owner);
    pause();
    await addedBy(owner);
    expect((await undo(await linkTo(owner, 'passkey-added'))).status).toBe(204);
    expect((await mailsTo(owner, 'account-reclaimed'))[0]?.to.email).toBe(newEmail);
  });

  it('is sent to nobody whose address was never verified', async () => {
    const { api: own, session } = await signIn(api, await registered());
    await addPasskey(own, ORIGIN);
    const changes = await query(database.url, 'select 1 from accounts.account_changes where user_id = $1', [
      session.user.id,
    ]);
    expect(changes).toEqual([]);
  });
});

describe('undoing a change at the same time', () => {
  it('as the thief adds another passkey leaves neither', async () => {
    const { owner, thief } = await stolen();
    const { device } = await addedBy(thief);
    const token = await linkTo(owner, 'passkey-added');
    const another = await newPasskey(thief.api, ORIGIN);
    // The request is authenticated before, and comes to the account after.
    await beforeStatement(/from "accounts"\."users".* for update/, async () => {
      expect((await undo(token, replica.api)).status).toBe(204);
    });
    expectProblem(await thief.api.post('/auth/passkeys', another.created), 401, 'unauthenticated');
    for (const each of [device, another.device]) {
      expectProblem(await signInWithPasskey(api, each), 401, 'invalid-passkey');
    }
  });

  it('as the thief has just added another one removes that, too', async () => {
    const { owner, thief } = await stolen();
    await addedBy(thief);
    const token = await linkTo(owner, 'passkey-added');
    const another = await newPasskey(thief.api, ORIGIN);
    await beforeStatement(/from "accounts"\."users".* for update/, async () => {
      expect((await thief.api.at(replica.api.url).post('/auth/passkeys', another.created)).status).toBe(201);
    });
    expect((await undo(token)).status).toBe(204);
    expectProblem(await signInWithPasskey(api, another.device), 401, 'invalid-passkey');
  });

  it('as the thief signs in with the passkey ends that session', async () => {
    const { owner, thief } = await stolen();
    const { device } = await addedBy(thief);
    const token = await linkTo(owner, 'passkey-added');
    let undoing: ReturnType<typeof undo> | undefined;
    await beforeStatement(/insert into accounts\.sessions/, async () => {
      undoing = undo(token, replica.api);
      await eventually(async () => expect(await countWaiting(database.url, '%')).toBe(1));
    });
    const { status, body } = await signInWithPasskey(api, device);
    expect([status, (await undoing)?.status]).toEqual([200, 204]);
    expectProblem(await api.as(body).me(), 401, 'unauthenticated');
    expectProblem(await api.refresh(body.refreshToken), 401, 'invalid-refresh-token');
  });

  it('on two replicas happens once, and both refuse the thief at once', async () => {
    const { owner, thief } = await stolen();
    await addedBy(thief);
    expect((await thief.api.at(replica.api.url).me()).status).toBe(200);
    const token = await linkTo(owner, 'passkey-added');
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => undo(token, index % 2 === 0 ? api : replica.api)),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 204));
    expect(await mailsTo(owner, 'account-reclaimed')).toHaveLength(1);
    expectProblem(await thief.api.me(), 401, 'unauthenticated');
    await eventually(async () =>
      expectProblem(await thief.api.at(replica.api.url).me(), 401, 'unauthenticated'),
    );
  });
});

/** Someone who has signed up, and nothing else. */
async function registered(): Promise<NewUser> {
  const user = aUser();
  expect((await api.register(user)).status).toBe(201);
  return user;
}

/** A link of someone else's, from now. */
async function expiring(): Promise<string> {
  const { owner, thief } = await stolen();
  clock.advance({ seconds: -1 });
  await addedBy(thief);
  return linkTo(owner, 'passkey-added');
}
