import { describe, expect, it } from '@jest/globals';
import { Connections } from '#libs/database';
import { EmailVerificationsPurge } from '../../src/accounts/auth/email/email-verifications.purge.js';
import { useApiApp } from '../support/api-app.js';
import { beforeStatement } from '../support/before-statement.js';
import { aUser, signUp } from '../support/factories.js';
import { linkTokenOf, mailsInOutbox, userIdOf } from '../support/mail-outbox.js';
import { expectProblem } from '../support/problems.js';
import { eventually } from '../support/servers.js';
import { countWaiting, query } from '../support/stored.js';
import { laterLink, lockUser, pendingOf, registerProven, rivals } from '../support/verify-first.js';

/** Not where the API is. */
const APP_URL = 'https://app.acme.test';
const DAY_MS = 24 * 60 * 60 * 1000;

/** With `REGISTRATION=verify-first`. */
const unseen = useApiApp({ REGISTRATION: 'verify-first', APP_URL });
/** The same deployment, before or after someone changed the setting. */
const immediate = useApiApp({}, unseen);
const { database, api, clock } = unseen;

describe('a link', () => {
  it('from a registration still needs its password once registrations are immediate, and keeps its sessions', async () => {
    const user = aUser();
    await api.register(user);
    const token = linkTokenOf((await mailsInOutbox(unseen, database.url, await userIdOf(unseen, user)))[0]);
    const { body: session } = await immediate.api.login(user);
    const me = immediate.api.as(session);
    expect((await me.patch('/users/me', { displayName: 'Ada' })).status).toBe(200);
    // The profile is cached now.
    expect((await me.me()).body.emailVerified).toBe(false);
    expectProblem(await immediate.api.verify(token), 401, 'password-required');
    expect((await immediate.api.verify(token, user.password)).status).toBe(204);
    expect((await immediate.api.refresh(session.refreshToken)).status).toBe(200);
    expect((await me.me()).body).toMatchObject({ emailVerified: true, displayName: 'Ada' });
  });

  it('that was asked for later confirms the registration with the password, and none of other addresses', async () => {
    const [squatter, owner] = rivals();
    const elsewhere = aUser();
    for (const user of [elsewhere, squatter]) {
      await api.register(user);
    }
    await api.register({ ...owner, displayName: 'First' });
    await api.register({ ...owner, displayName: 'Second' });
    clock.advance({ minutes: 1 });
    const token = await laterLink(unseen, database.url, owner);
    expectProblem(await api.verify(token, elsewhere.password), 401, 'password-required');
    expect((await api.verify(token, owner.password)).status).toBe(204);
    expect((await api.login(owner)).body.user.displayName).toBe('First');
  });

  it('confirms an account from before the setting was changed as it is, with its password', async () => {
    const user = await signUp(immediate.api, { displayName: 'Ada' });
    clock.advance({ minutes: 2 });
    const token = await laterLink(unseen, database.url, user);
    for (const password of [undefined, 'a guess of mine']) {
      expectProblem(await api.verify(token, password), 401, 'password-required');
    }
    expect((await api.verify(token, user.password)).status).toBe(204);
    const { status, body } = await immediate.api.refresh(user.session.refreshToken);
    expect([status, body.user]).toEqual([200, expect.objectContaining({ displayName: 'Ada' })]);
  });

  it('stays valid however many others are requested', async () => {
    const [owner, other] = [aUser(), aUser()];
    await api.register(owner);
    await api.register(other);
    const [first] = await mailsInOutbox(unseen, database.url, await userIdOf(unseen, owner));
    clock.advance({ minutes: 1 });
    const ofOther = await laterLink(unseen, database.url, other);
    for (let round = 0; round < 6; round += 1) {
      clock.advance({ minutes: 1 });
      await laterLink(unseen, database.url, owner);
    }
    expect((await api.verify(linkTokenOf(first), owner.password)).status).toBe(204);
    expect((await api.verify(ofOther, other.password)).status).toBe(204);
  });

  it('stays valid until five others were requested', async () => {
    const user = aUser();
    await api.register(user);
    const links: string[] = [];
    for (let round = 0; round < 6; round += 1) {
      clock.advance({ minutes: 1 });
      links.push(await laterLink(unseen, database.url, user));
    }
    expectProblem(await api.verify(links[0] ?? '', user.password), 400, 'invalid-token');
    expect((await api.verify(links[1] ?? '', user.password)).status).toBe(204);
  });

  it('gives the address to the first of two confirmations at the same moment', async () => {
    const [first, second] = rivals();
    await api.register(first);
    await api.register(second);
    clock.advance({ minutes: 1 });
    const token = await laterLink(unseen, database.url, first);
    const lock = await lockUser(database.url, await userIdOf(unseen, first));
    const clicks = [];
    for (const { password } of [first, second]) {
      clicks.push(api.verify(token, password));
      await eventually(async () => expect(await countWaiting(database.url, '%users%')).toBe(clicks.length));
    }
    await lock.query('commit');
    expect((await Promise.all(clicks)).map(({ status }) => status)).toEqual([204, 204]);
    expect((await api.login(first)).status).toBe(200);
    expectProblem(await api.login(second), 401, 'email-not-verified');
  });

  it('does nothing if it is deleted at the same moment', async () => {
    const user = aUser();
    await api.register(user);
    const id = await userIdOf(unseen, user);
    const [mail] = await mailsInOutbox(unseen, database.url, id);
    const lock = await lockUser(database.url, id);
    const click = api.verify(linkTokenOf(mail), user.password);
    await eventually(async () => expect(await countWaiting(database.url, '%users%')).toBe(1));
    await lock.query('delete from accounts.email_verifications where user_id = $1', [id]);
    await lock.query('commit');
    expectProblem(await click, 400, 'invalid-token');
    expectProblem(await api.login(user), 401, 'email-not-verified');
  });

  it('is sent although another request had the user locked at first, and gets a moment to finish', async () => {
    const user = aUser();
    await api.register(user);
    const id = await userIdOf(unseen, user);
    clock.advance({ minutes: 1 });
    const lock = await lockUser(database.url, id);
    const pause: number[] = [];
    const record = async () => pause.push(performance.now());
    await beforeStatement(/^commit/i, record);
    await beforeStatement(/^start transaction/i, record, 2);
    await beforeStatement(/ skip locked/i, () => lock.query('commit'), 2);
    expect((await api.post('/auth/email/resend', { email: user.email })).status).toBe(202);
    const [firstLook = 0, secondLook = 0] = pause;
    // A timer can fire a fraction of a millisecond early.
    expect(secondLook - firstLook).toBeGreaterThan(14);
    expect(await mailsInOutbox(unseen, database.url, id)).toHaveLength(2);
  });

  it('verifies again although a click at the same time settles everything', async () => {
    const user = aUser();
    await api.register(user);
    const [mail] = await mailsInOutbox(unseen, database.url, await userIdOf(unseen, user));
    const click = () => api.verify(linkTokenOf(mail), user.password);
    await beforeStatement(/^select .*pending_registrations/i, async () =>
      expect((await click()).status).toBe(204),
    );
    expect((await click()).status).toBe(204);
  });

  it('leads to the app and is mailed with its expiry, as is the notice that an account exists', async () => {
    const user = aUser();
    const id = await registerProven(unseen, database.url, user);
    const sentAt = clock.millis();
    clock.advance({ minutes: 1 });
    await api.register({ ...aUser(), email: user.email });
    const [link, notice] = await mailsInOutbox(unseen, database.url, id);
    expect(link).toMatchObject({
      template: 'verify-email',
      data: { link: expect.stringMatching(/^https:\/\/app\.acme\.test\/verify-email\?token=[\w-]{43}$/) },
      expiresAt: new Date(sentAt + DAY_MS).toISOString(),
    });
    expect(notice).toEqual({
      template: 'account-exists',
      to: link?.to,
      data: {
        link: APP_URL,
        at: new Date(sentAt + 60_000).toISOString(),
        timezone: 'UTC',
        app: 'Node.js',
        system: '',
        ipAddress: '127.0.0.1',
      },
      expiresAt: new Date(sentAt + 60_000 + DAY_MS).toISOString(),
    });
  });
});

describe('links and registrations', () => {
  it('are deleted when they have expired', async () => {
    // It runs in the worker, whose clock a test cannot move.
    const purge = new EmailVerificationsPurge(unseen.app.get(Connections).database('accounts'), clock);
    const run = () => purge.purge(new AbortController().signal);
    clock.advance({ hours: 8 * 24 });
    await run();
    const user = aUser();
    await api.register(user);
    const id = await userIdOf(unseen, user);
    const linksOf = () =>
      query(database.url, 'select 1 from accounts.email_verifications where user_id = $1', [id]);
    expect(await run()).toBe(0);
    expect([(await linksOf()).length, await pendingOf(database.url, id)]).toEqual([1, 1]);
    clock.advance({ hours: 24, ms: 1 });
    expect(await run()).toBe(1);
    expect([(await linksOf()).length, await pendingOf(database.url, id)]).toEqual([0, 1]);
    clock.advance({ hours: 6 * 24 });
    expect(await run()).toBe(1);
    expect(await pendingOf(database.url, id)).toBe(0);
  });
});
