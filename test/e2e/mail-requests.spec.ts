import { describe, expect, it } from '@jest/globals';
import { useApiApp } from '../support/api-app.js';
import { auc } from '../support/auc.js';
import { aUser, signUp } from '../support/factories.js';
import { linkTokenOf, mailsInOutbox, userIdOf } from '../support/mail-outbox.js';
import { expectProblem } from '../support/problems.js';
import { query } from '../support/stored.js';
import { cookieOf, pendingOf, registerProven } from '../support/verify-first.js';

const immediate = useApiApp();
/** With `REGISTRATION=verify-first`. */
const unseen = useApiApp({ REGISTRATION: 'verify-first' }, immediate);
const { database } = immediate;

describe('a mail that anyone can request', () => {
  it('is sent at most once a minute: the verification link', async () => {
    const { api, clock } = immediate;
    const { email, session } = await signUp(api);
    const resend = async (times: number) => {
      const answers = await Promise.all(
        Array.from({ length: times }, () => api.post('/auth/email/resend', { email })),
      );
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
      return (await mailsInOutbox(immediate, database.url, session.user.id)).length;
    };
    expect(await resend(2)).toBe(1);
    clock.advance({ seconds: 59 });
    expect(await resend(1)).toBe(1);
    clock.advance({ seconds: 1 });
    expect(await resend(8)).toBe(2);
    clock.advance({ minutes: 1 });
    expect(await resend(1)).toBe(3);
    const [mail] = await mailsInOutbox(immediate, database.url, session.user.id);
    expect((await api.verify(linkTokenOf(mail))).status).toBe(204);
    clock.advance({ minutes: 1 });
    expect(await resend(1)).toBe(3);
  });

  it('keeps the latest five links valid', async () => {
    const { api, clock } = immediate;
    const { email, session } = await signUp(api);
    for (let round = 0; round < 8; round++) {
      clock.advance({ minutes: 1 });
      await api.post('/auth/email/resend', { email });
    }
    const links = 'select 1 from accounts.email_verifications where user_id = $1';
    expect(await query(database.url, links, [session.user.id])).toHaveLength(5);
    const mails = await mailsInOutbox(immediate, database.url, session.user.id);
    expect(mails).toHaveLength(9);
    expectProblem(await api.verify(linkTokenOf(mails[3])), 400, 'invalid-token');
    expect((await api.verify(linkTokenOf(mails[4]))).status).toBe(204);
  });

  it('verifies again with every live link, however often it is followed', async () => {
    const { api, clock } = immediate;
    const { email, session } = await signUp(api);
    clock.advance({ minutes: 1 });
    await api.post('/auth/email/resend', { email });
    const mails = await mailsInOutbox(immediate, database.url, session.user.id);
    const [first, second] = mails.map(linkTokenOf);
    const clicks = [first, first, second, first].map((token) => api.verify(token ?? ''));
    expect((await Promise.all(clicks)).map(({ status }) => status)).toEqual([204, 204, 204, 204]);
    expect((await api.verify(second ?? '')).status).toBe(204);
    clock.advance({ hours: 24 });
    expectProblem(await api.verify(second ?? ''), 400, 'invalid-token');
  });

  it('is sent at most once a minute: the notice that an account exists', async () => {
    const { api, clock } = unseen;
    const owner = aUser();
    const id = await registerProven(unseen, database.url, owner);
    const templates = async () =>
      (await mailsInOutbox(unseen, database.url, id)).map(({ template }) => template);
    const again = () =>
      Promise.all(Array.from({ length: 5 }, () => api.register({ ...aUser(), email: owner.email })));
    expect((await again()).map(({ status }) => status)).toEqual([202, 202, 202, 202, 202]);
    expect(await templates()).toEqual(['verify-email']);
    clock.advance({ minutes: 1 });
    await again();
    expect(await templates()).toEqual(['verify-email', 'account-exists']);
    clock.advance({ seconds: 59 });
    await again();
    expect(await templates()).toHaveLength(2);
    clock.advance({ seconds: 1 });
    await again();
    expect(await templates()).toHaveLength(3);
    expect((await api.login(owner)).status).toBe(200);
  });
});

describe('registering an unverified address again with REGISTRATION=verify-first', () => {
  it('gives the address to the registration whose link comes with its password, and its profile with it', async () => {
    const { api, clock } = unseen;
    const squatter = aUser({ displayName: 'Squatter', locale: 'fr', timezone: 'Europe/Paris' });
    await api.register(squatter);
    const id = await userIdOf(unseen, squatter);
    clock.advance({ minutes: 2 });
    const owner = aUser({ email: squatter.email.toUpperCase(), displayName: 'Ada', locale: 'de' });
    const answer = await api.register(owner);
    expect([answer.status, answer.body]).toEqual([202, { status: 'accepted' }]);

    const mails = await mailsInOutbox(unseen, database.url, id);
    expect(mails.map(({ template, to }) => [template, to.displayName, to.locale])).toEqual([
      ['verify-email', 'Squatter', 'fr'],
      ['verify-email', 'Ada', 'de'],
    ]);
    const [ofSquatter, ofOwner] = mails.map(linkTokenOf);
    for (const password of [undefined, 'a guess of mine', owner.password]) {
      expectProblem(await api.verify(ofSquatter ?? '', password), 401, 'password-required');
    }
    expectProblem(await api.verify(ofOwner ?? '', squatter.password), 401, 'password-required');
    expect((await api.verify(ofOwner ?? '', owner.password)).status).toBe(204);
    expect((await api.verify(ofOwner ?? '')).status).toBe(204);
    expectProblem(await api.verify(ofSquatter ?? '', squatter.password), 400, 'invalid-token');
    expectProblem(await api.login(squatter), 401, 'email-not-verified');
    const session = await api.login(owner);
    expect(session.body.user).toMatchObject({ id, displayName: 'Ada', locale: 'de', timezone: 'UTC' });
  });

  it("does not void the owner's link when a stranger registers later", async () => {
    const { api, clock } = unseen;
    const owner = aUser();
    await api.register(owner);
    const id = await userIdOf(unseen, owner);
    clock.advance({ minutes: 1 });
    const stranger = { ...aUser(), email: owner.email };
    await api.register(stranger);
    const [ofOwner, ofStranger] = (await mailsInOutbox(unseen, database.url, id)).map(linkTokenOf);
    // The owner follows the newest link.
    expectProblem(await api.verify(ofStranger ?? '', owner.password), 401, 'password-required');
    expect((await api.verify(ofOwner ?? '', owner.password)).status).toBe(204);
    expect((await api.login(owner)).status).toBe(200);
    expectProblem(await api.login(stranger), 401, 'email-not-verified');
  });

  it('confirms any of the registrations with a link that was asked for later', async () => {
    const { api, clock } = unseen;
    const squatter = aUser();
    await api.register(squatter);
    const id = await userIdOf(unseen, squatter);
    const owner = { ...aUser(), email: squatter.email };
    await api.register(owner);
    const [, ...others] = await mailsInOutbox(unseen, database.url, id);
    expect(others).toEqual([]);

    clock.advance({ minutes: 1 });
    await api.post('/auth/email/resend', { email: owner.email });
    const [, second] = await mailsInOutbox(unseen, database.url, id);
    expectProblem(await api.verify(linkTokenOf(second)), 401, 'password-required');
    expect((await api.verify(linkTokenOf(second), owner.password)).status).toBe(204);
    expectProblem(await api.login(squatter), 401, 'email-not-verified');
    expect((await api.login(owner)).status).toBe(200);
  });

  it('needs no password in the browser that registered', async () => {
    const { api } = unseen;
    const user = aUser();
    const cookie = cookieOf(await api.register(user));
    const stranger = cookieOf(await api.register({ ...aUser(), email: user.email }));
    const [mail] = await mailsInOutbox(unseen, database.url, await userIdOf(unseen, user));
    const verify = (sent: string) =>
      api.post('/auth/email/verify', { token: linkTokenOf(mail) }, { cookie: sent });
    expectProblem(await verify(stranger), 401, 'password-required');
    expect((await verify(cookie)).status).toBe(204);
    expect((await api.login(user)).status).toBe(200);
  });

  it('keeps the link when the same form is submitted twice', async () => {
    const { api } = unseen;
    const user = aUser();
    await api.register(user);
    const again = await api.register(user);
    expect(again.status).toBe(202);
    const mails = await mailsInOutbox(unseen, database.url, await userIdOf(unseen, user));
    expect(mails).toHaveLength(1);
    const headers = { cookie: cookieOf(again) };
    expect((await api.post('/auth/email/verify', { token: linkTokenOf(mails[0]) }, headers)).status).toBe(
      204,
    );
    expect((await api.login(user)).status).toBe(200);
  });

  it('leaves nothing of the earlier registration, sessions included, once it is confirmed', async () => {
    const squatter = await signUp(immediate.api);
    await squatter.api.patch('/users/me', {
      metadata: { note: 'mine' },
      avatarUrl: 'https://evil.test/a.png',
      signInNotifications: false,
    });
    expect((await squatter.api.me()).status).toBe(200);
    unseen.clock.advance({ minutes: 2 });
    const owner = { ...aUser(), email: squatter.email };
    await unseen.api.register(owner);
    expect((await squatter.api.me()).status).toBe(200);
    const mails = await mailsInOutbox(unseen, database.url, squatter.session.user.id);
    expect((await unseen.api.verify(linkTokenOf(mails.at(-1)), owner.password)).status).toBe(204);
    expectProblem(await squatter.api.at(unseen.api.url).me(), 401, 'unauthenticated');
    expectProblem(await unseen.api.refresh(squatter.session.refreshToken), 401, 'invalid-refresh-token');
    const [row] = await query(
      database.url,
      'select metadata, avatar_url, sign_in_notifications, devices_known_since from accounts.users where id = $1',
      [squatter.session.user.id],
    );
    expect(row).toEqual({
      metadata: {},
      avatar_url: null,
      sign_in_notifications: true,
      devices_known_since: null,
    });
    expect(await pendingOf(database.url, squatter.session.user.id)).toBe(0);
  });

  it('does not confirm a registration that has expired', async () => {
    const { api, clock } = unseen;
    const first = aUser();
    const second = { ...aUser(), email: first.email };
    await api.register(first);
    await api.register(second);
    clock.advance({ hours: 7 * 24 });
    await api.post('/auth/email/resend', { email: first.email });
    const id = await userIdOf(unseen, first);
    const link = linkTokenOf((await mailsInOutbox(unseen, database.url, id)).at(-1));
    expectProblem(await api.verify(link, second.password), 401, 'password-required');
    expect((await api.verify(link, first.password)).status).toBe(204);
  });

  it('limits how many registrations an address can have', async () => {
    const { api } = unseen;
    const user = aUser();
    for (let attempt = 0; attempt < 13; attempt += 1) {
      expect((await api.register({ ...aUser(), email: user.email })).status).toBe(202);
    }
    expect(await pendingOf(database.url, await userIdOf(unseen, user))).toBe(10);
  });

  it('stays consistent under concurrent registrations, requests and clicks', async () => {
    const { api, clock } = unseen;
    const user = aUser();
    await api.register(user);
    const id = await userIdOf(unseen, user);
    clock.advance({ minutes: 1 });
    const token = linkTokenOf((await mailsInOutbox(unseen, database.url, id))[0]);
    const answers = await Promise.all([
      ...Array.from({ length: 4 }, () => api.register(user)),
      ...Array.from({ length: 4 }, () => api.verify(token, user.password)),
      ...Array.from({ length: 4 }, () => api.post('/auth/email/resend', { email: user.email })),
    ]);
    expect(answers.filter(({ status }) => ![202, 204].includes(status))).toEqual([]);
    expect((await api.login(user)).status).toBe(200);
  });
});

describe('parallel requests for a new link', () => {
  it.each([
    ['/auth/email/resend', 'verify-email'],
    ['/auth/password/forgot', 'reset-password'],
    ['/auth/otp', 'sign-in-code'],
  ])('take as long for an address with an account as for others: %s', async (path, template) => {
    const { api, clock } = unseen;
    const user = aUser();
    await api.register(user);
    const times: Record<'known' | 'unknown', number[]> = { known: [], unknown: [] };
    for (let round = 0; round < 6; round += 1) {
      for (const kind of ['known', 'unknown'] as const) {
        clock.advance({ minutes: 1 });
        const email = kind === 'known' ? user.email : aUser().email;
        const requests = Array.from({ length: 20 }, async () => {
          const startedAt = performance.now();
          expect((await api.post(path, { email })).status).toBe(202);
          times[kind].push(performance.now() - startedAt);
        });
        await Promise.all(requests);
      }
    }
    const share = auc(times.known, times.unknown);
    process.stdout.write(`${path}, known against unknown: AUC ${share.toFixed(2)}\n`);
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.8);
    const mails = await mailsInOutbox(unseen, database.url, await userIdOf(unseen, user));
    expect(mails.filter((mail) => mail.template === template).length).toBeGreaterThan(5);
  });
});

describe('with REGISTRATION=immediate', () => {
  it('rejects an unverified address that is taken', async () => {
    const { email } = await signUp(immediate.api);
    expectProblem(await immediate.api.register({ ...aUser(), email }), 409, 'email-taken');
  });
});
