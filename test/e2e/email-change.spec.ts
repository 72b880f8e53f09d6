import { describe, expect, it } from '@jest/globals';
import { useApiApp } from '../support/api-app.js';
import { askForChange, changeEmail, lastMail, mailsAbout, wakeDue } from '../support/email-changes.js';
import { aUser, type SignedUp, signIn, signUp } from '../support/factories.js';
import { linkTokenOf, userIdOf } from '../support/mail-outbox.js';
import { expectProblem } from '../support/problems.js';
import { query } from '../support/stored.js';
import { signUpVerified } from '../support/verified-user.js';

const APP_URL = 'https://app.acme.test';
const NEW = 'four quiet herons';
const ACCEPTED = [202, { status: 'accepted' }];

const running = useApiApp({ APP_URL });
const { api, clock, database } = running;

const ask = (user: SignedUp, newEmail: string) => user.api.post('/auth/email/change', { newEmail });
const confirm = (token: string) => api.post('/auth/email/change/confirm', { token });
const undo = (token: string) => api.post('/auth/email/change/undo', { token });

const stateOf = async ({ session }: SignedUp) => {
  const rows = await query<{ state: string }>(
    database.url,
    'select state from accounts.email_changes where user_id = $1 order by ordinal',
    [session.user.id],
  );
  return rows.map(({ state }) => state);
};

const emailOf = async (user: SignedUp) => (await user.api.me()).body.email;

describe('a change of the email address', () => {
  it('takes effect when the link to the new address is followed, and not before', async () => {
    const user = await signUpVerified(running);
    const { newEmail, confirmToken } = await askForChange(running, user);
    expect(await emailOf(user)).toBe(user.email);
    expectProblem(await api.login({ ...user, email: newEmail }), 401, 'invalid-credentials');

    expect((await confirm(confirmToken)).status).toBe(204);
    const { body, headers } = await user.api.me();
    expect(body).toMatchObject({ email: newEmail, emailVerified: true });
    expect(headers.get('etag')).not.toBeNull();
    expectProblem(await api.login(user), 401, 'invalid-credentials');
    expect((await api.login({ ...user, email: newEmail })).status).toBe(200);
    // A double click, or an answer that got lost.
    expect((await confirm(confirmToken)).status).toBe(204);
  });

  it('asks the new address, and tells the old one before and after', async () => {
    const user = await signUpVerified(running);
    const { newEmail, confirmToken, undoToken } = await askForChange(running, user);
    const asked = await lastMail(running, user, 'confirm-email-change');
    expect(asked).toMatchObject({
      to: { email: newEmail },
      data: { link: `${APP_URL}/confirm-email-change?token=${confirmToken}`, ipAddress: '127.0.0.1' },
      expiresAt: new Date(clock.millis() + 3_600_000).toISOString(),
    });
    expect(await lastMail(running, user, 'email-change-requested')).toMatchObject({
      to: { email: user.email },
      data: { link: `${APP_URL}/undo-email-change?token=${undoToken}`, ipAddress: '127.0.0.1' },
    });
    await confirm(confirmToken);
    const told = await lastMail(running, user, 'email-changed');
    expect(told).toMatchObject({
      to: { email: user.email },
      data: { link: expect.stringMatching(`^${APP_URL}/undo-email-change\\?token=[\\w-]{43}$`) },
      expiresAt: new Date(clock.millis() + 72 * 3_600_000).toISOString(),
    });
  });

  it('stores no address and no token in plain text', async () => {
    const user = await signUpVerified(running);
    const { newEmail, confirmToken, undoToken } = await changeEmail(running, user);
    for (const table of ['email_changes', 'email_change_links', 'reserved_addresses']) {
      const rows = JSON.stringify(await query(database.url, `select * from accounts.${table}`));
      for (const secret of [newEmail, user.email, confirmToken, undoToken]) {
        expect(rows).not.toContain(secret);
      }
    }
  });

  it('needs a recent proof of who it is', async () => {
    const user = await signUpVerified(running);
    clock.advance({ minutes: 5, seconds: 1 });
    expectProblem(await ask(user, aUser().email), 401, 'step-up-required');
    expectProblem(await api.post('/auth/email/change', { newEmail: aUser().email }), 401, 'unauthenticated');
  });

  it('to the address that the account has is refused', async () => {
    const user = await signUpVerified(running);
    const answer = await ask(user, user.email.toUpperCase());
    expect(expectProblem(answer, 400, 'invalid-input').errors).toEqual([
      { pointer: '/newEmail', code: 'unchanged', message: 'is already your address' },
    ]);
  });

  it('cannot be confirmed after an hour, and then gives the new address free', async () => {
    const user = await signUpVerified(running);
    const { newEmail, confirmToken } = await askForChange(running, user);
    expectProblem(await api.register({ ...aUser(), email: newEmail }), 409, 'email-taken');
    clock.advance({ minutes: 60 });
    expectProblem(await confirm(confirmToken), 400, 'invalid-token');
    expect((await api.register({ ...aUser(), email: newEmail })).status).toBe(201);
    await wakeDue(running);
    expect(await stateOf(user)).toEqual(['expired']);
  });

  it('is replaced by another one, whose link alone works', async () => {
    const user = await signUpVerified(running);
    await changeEmail(running, user);
    const first = await askForChange(running, user);
    const second = await askForChange(running, user);
    expectProblem(await confirm(first.confirmToken), 400, 'invalid-token');
    expect((await api.register({ ...aUser(), email: first.newEmail })).status).toBe(201);
    expect((await confirm(second.confirmToken)).status).toBe(204);
    expect(await emailOf(user)).toBe(second.newEmail);
  });

  it('that is asked for twice within a minute sends one mail to each address', async () => {
    const user = await signUpVerified(running);
    const { newEmail, confirmToken } = await askForChange(running, user);
    await ask(user, newEmail.toUpperCase());
    expect(await mailsAbout(running, user, 'confirm-email-change')).toHaveLength(1);
    expect(await mailsAbout(running, user, 'email-change-requested')).toHaveLength(1);
    expect((await confirm(confirmToken)).status).toBe(204);
  });

  it('voids links and codes that were sent to the old address', async () => {
    const user = await signUpVerified(running);
    await api.post('/auth/password/forgot', { email: user.email });
    await api.post('/auth/otp', { email: user.email });
    const reset = linkTokenOf(await lastMail(running, user, 'reset-password'));
    const code = (await lastMail(running, user, 'sign-in-code'))?.data['code'];
    const { newEmail } = await changeEmail(running, user);
    expectProblem(
      await api.post('/auth/password/reset', { token: reset, password: NEW }),
      400,
      'invalid-token',
    );
    for (const email of [user.email, newEmail]) {
      expectProblem(await api.post('/auth/otp/verify', { email, code }), 401, 'invalid-code');
    }
  });

  it.each<[string, (user: SignedUp) => Promise<{ readonly status: number }>]>([
    [
      'a new password',
      ({ api: own, password }) =>
        own.post('/auth/password/change', { currentPassword: password, newPassword: NEW }),
    ],
    [
      'a reset',
      async (user) => {
        await api.post('/auth/password/forgot', { email: user.email });
        const token = linkTokenOf(await lastMail(running, user, 'reset-password'));
        return api.post('/auth/password/reset', { token, password: NEW });
      },
    ],
    ['the end of all other sessions', ({ api: own }) => own.delete('/auth/sessions')],
  ])('cannot be confirmed after %s', async (_, end) => {
    const user = await signUpVerified(running);
    const { confirmToken } = await askForChange(running, user);
    expect((await end(user)).status).toBe(204);
    expectProblem(await confirm(confirmToken), 400, 'invalid-token');
  });

  it('of an address that was never verified asks the new one only, and is final', async () => {
    const user = await signUp(api);
    const newEmail = aUser().email;
    expect((await ask(user, newEmail)).status).toBe(202);
    expect(await mailsAbout(running, user, 'email-change-requested')).toEqual([]);
    const token = linkTokenOf(await lastMail(running, user, 'confirm-email-change'));
    expect((await confirm(token)).status).toBe(204);
    expect((await confirm(token)).status).toBe(204);
    expect(await mailsAbout(running, user, 'email-changed')).toEqual([]);
    expect((await user.api.me()).body).toMatchObject({ email: newEmail, emailVerified: true });
    expect((await api.register({ ...aUser(), email: user.email })).status).toBe(201);
  });

  it('does not make a link to the old address verify the new one', async () => {
    const user = await signUp(api);
    const old = linkTokenOf(await lastMail(running, user, 'verify-email'));
    expect((await ask(user, aUser().email)).status).toBe(202);
    await confirm(linkTokenOf(await lastMail(running, user, 'confirm-email-change')));
    expectProblem(await api.verify(old), 400, 'invalid-token');
  });

  it.each(['', 'x', 'x'.repeat(43)])(
    'cannot be confirmed or undone with a made-up token: %j',
    async (token) => {
      for (const act of [confirm, undo]) {
        expect([400]).toContain((await act(token)).status);
      }
    },
  );

  it('cannot be confirmed with the token of the old address', async () => {
    const user = await signUpVerified(running);
    const { undoToken } = await askForChange(running, user);
    expectProblem(await confirm(undoToken), 400, 'invalid-token');
  });
});

describe('two people who want one address', () => {
  it('get the same answer, and it goes to the one whose link is followed first', async () => {
    const [one, other] = [await signUpVerified(running), await signUpVerified(running)];
    const { newEmail, confirmToken } = await askForChange(running, one);
    clock.advance({ minutes: 1 });
    const second = await askForChange(running, other, newEmail);
    expect((await confirm(second.confirmToken)).status).toBe(204);
    expect(expectProblem(await confirm(confirmToken), 409, 'email-taken').errors).toMatchObject([
      { pointer: '/token' },
    ]);
    expect(await Promise.all([one, other].map(emailOf))).toEqual([one.email, newEmail]);
  });

  it('at the same instant: one gets it, the other keeps theirs', async () => {
    const people = await Promise.all(Array.from({ length: 4 }, () => signUpVerified(running)));
    const { email: newEmail } = aUser();
    const tokens: string[] = [];
    for (const person of people) {
      tokens.push((await askForChange(running, person, newEmail)).confirmToken);
    }
    const answers = await Promise.all(tokens.map(confirm));
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([204, 409, 409, 409]);
    const emails = await Promise.all(people.map(emailOf));
    expect(emails.filter((email) => email === newEmail)).toHaveLength(1);
    expect(new Set(emails).size).toBe(4);
  });

  it('do not learn that it has an account; only its owner gets a mail', async () => {
    const [owner, user] = [await signUpVerified(running), await signUpVerified(running)];
    clock.advance({ minutes: 1 });
    const answer = await ask(user, owner.email);
    expect([answer.status, answer.body]).toEqual(ACCEPTED);
    expect(await mailsAbout(running, user, 'confirm-email-change')).toEqual([]);
    // Whoever reads the user's own mail can't tell either.
    expect(await mailsAbout(running, user, 'email-change-requested')).toHaveLength(1);
    const mail = await lastMail(running, owner, 'address-wanted');
    expect(mail?.to.email).toBe(owner.email);
    expect(JSON.stringify(mail)).not.toContain(user.email);
    expect(mail?.data['link']).toBe(APP_URL);
  });

  it('cause at most one mail a minute to the owner of it', async () => {
    const owner = await signUpVerified(running);
    const users = [await signUpVerified(running), await signUpVerified(running)];
    for (const wanted of [1, 2]) {
      clock.advance({ minutes: 1 });
      for (const user of users) {
        expect((await ask(user, owner.email)).status).toBe(202);
      }
      expect(await mailsAbout(running, owner, 'address-wanted')).toHaveLength(wanted);
    }
  });

  it('each get a link, so that nobody takes it from the other with a request', async () => {
    const { email: newEmail } = aUser();
    const [stranger, owner] = [await signUp(api), await signUpVerified(running)];
    await ask(stranger, newEmail);
    const { confirmToken } = await askForChange(running, owner, newEmail);
    expect((await confirm(confirmToken)).status).toBe(204);
    expect(await emailOf(owner)).toBe(newEmail);
  });

  it('send it at most one mail a minute each, also if they ask for others in between', async () => {
    const { email: newEmail } = aUser();
    for (const user of [await signUpVerified(running), await signUp(api)]) {
      for (const email of [newEmail, aUser().email, newEmail, newEmail.toUpperCase()]) {
        expect((await ask(user, email)).status).toBe(202);
      }
      const mails = await mailsAbout(running, user, 'confirm-email-change');
      expect(mails.filter(({ to }) => to.email === newEmail)).toHaveLength(1);
    }
  });

  it('do not keep anyone from registering if they have not even verified their own address', async () => {
    const { email: newEmail } = aUser();
    await ask(await signUp(api), newEmail);
    expect((await api.register({ ...aUser(), email: newEmail })).status).toBe(201);
  });

  it('do not keep someone who registered it from getting another link to verify it', async () => {
    const [victim, stranger] = [await signUp(api), await signUp(api)];
    clock.advance({ minutes: 2 });
    await ask(stranger, victim.email);
    await api.post('/auth/email/resend', { email: victim.email });
    expect(await mailsAbout(running, victim, 'verify-email')).toHaveLength(2);
  });
});

describe('the owner of the old address', () => {
  const undoTokenOf = async (user: SignedUp) => linkTokenOf(await lastMail(running, user, 'email-changed'));

  it('gets the account back: the address, without sessions and with a new password', async () => {
    const user = await signUpVerified(running);
    const { newEmail } = await changeEmail(running, user);
    const token = await undoTokenOf(user);
    expect((await undo(token)).status).toBe(204);
    expectProblem(await user.api.me(), 401, 'unauthenticated');
    expectProblem(await api.refresh(user.session.refreshToken), 401, 'invalid-refresh-token');
    for (const email of [user.email, newEmail]) {
      expectProblem(await api.login({ ...user, email }), 401, 'invalid-credentials');
    }
    const mail = await lastMail(running, user, 'account-reclaimed');
    expect(mail?.to.email).toBe(user.email);
    const answer = await api.post('/auth/password/reset', { token: linkTokenOf(mail), password: NEW });
    expect(answer.status).toBe(204);
    expect((await signIn(api, { ...user, password: NEW })).session.user.email).toBe(user.email);
    expect((await lastMail(running, user, 'email-change-undone'))?.to.email).toBe(newEmail);
    expect((await api.register({ ...aUser(), email: newEmail })).status).toBe(201);
    // A double click ends no session of the owner's.
    expect((await undo(token)).status).toBe(204);
    expect((await api.login({ ...user, password: NEW })).status).toBe(200);
  });

  it('can do so for 72 hours, in which nobody else gets the address', async () => {
    const user = await signUpVerified(running);
    await changeEmail(running, user);
    const token = await undoTokenOf(user);
    const taken = { ...aUser(), email: user.email };
    clock.advance({ hours: 71, minutes: 59 });
    await wakeDue(running);
    expectProblem(await api.register(taken), 409, 'email-taken');
    const rival = await signUpVerified(running);
    expect((await ask(rival, user.email)).status).toBe(202);
    expect(await mailsAbout(running, rival, 'confirm-email-change')).toEqual([]);
    clock.advance({ minutes: 1 });
    expectProblem(await undo(token), 400, 'invalid-token');
    await wakeDue(running);
    expect(await stateOf(user)).toEqual(['settled']);
    expect((await api.register(taken)).status).toBe(201);
  });

  it('can undo it before it is confirmed, with the first mail', async () => {
    const user = await signUpVerified(running);
    const { newEmail, confirmToken, undoToken } = await askForChange(running, user);
    const given = { name: 'Mine', permissions: [] };
    const { body } = await user.api.post<{ key: string }>('/auth/api-keys', given);
    const server = api.as({ accessToken: body.key });
    expect((await server.me()).status).toBe(200);
    expect((await undo(undoToken)).status).toBe(204);
    expectProblem(await confirm(confirmToken), 400, 'invalid-token');
    expectProblem(await user.api.me(), 401, 'unauthenticated');
    expectProblem(await server.me(), 401, 'unauthenticated');
    expect((await lastMail(running, user, 'account-reclaimed'))?.to.email).toBe(user.email);
    expect((await api.register({ ...aUser(), email: newEmail })).status).toBe(201);
    expect(await mailsAbout(running, user, 'email-change-undone')).toEqual([]);
  });

  it('gets it back from a thief who has changed it again and again', async () => {
    const user = await signUpVerified(running);
    const first = await changeEmail(running, user);
    const second = await changeEmail(running, user);
    const open = await askForChange(running, user);
    const thiefs = await undoTokenOf(user);
    expect((await undo(first.undoToken)).status).toBe(204);
    // What the thief's mailboxes hold is void.
    expectProblem(await confirm(open.confirmToken), 400, 'invalid-token');
    for (const token of [thiefs, second.undoToken, open.undoToken]) {
      expectProblem(await undo(token), 400, 'invalid-token');
    }
    const token = linkTokenOf(await lastMail(running, user, 'account-reclaimed'));
    expect((await api.post('/auth/password/reset', { token, password: NEW })).status).toBe(204);
    expect((await api.login({ ...user, password: NEW })).status).toBe(200);
  });

  it('gets it back from a thief who replaced the request that they were warned of', async () => {
    const user = await signUpVerified(running);
    const warned = await askForChange(running, user);
    await changeEmail(running, user);
    expect((await undo(warned.undoToken)).status).toBe(204);
    expect((await lastMail(running, user, 'account-reclaimed'))?.to.email).toBe(user.email);
  });

  it('and a click on the link to the new address at the same instant leave one of two results', async () => {
    for (let round = 0; round < 5; round += 1) {
      const user = await signUpVerified(running);
      const { newEmail, confirmToken, undoToken } = await askForChange(running, user);
      const [confirmed, undone] = await Promise.all([confirm(confirmToken), undo(undoToken)]);
      expect(undone.status).toBe(204);
      expect([204, 400]).toContain(confirmed.status);
      expect((await lastMail(running, user, 'account-reclaimed'))?.to.email).toBe(user.email);
      expect((await api.register({ ...aUser(), email: newEmail })).status).toBe(201);
      expectProblem(await api.register({ ...aUser(), email: user.email }), 409, 'email-taken');
    }
  });

  it('loses nothing to the owner of the new one, who can only cancel the request', async () => {
    const user = await signUpVerified(running);
    const { newEmail, confirmToken } = await askForChange(running, user);
    for (let click = 0; click < 2; click += 1) {
      expect((await undo(confirmToken)).status).toBe(204);
    }
    expectProblem(await confirm(confirmToken), 400, 'invalid-token');
    expect(await emailOf(user)).toBe(user.email);
    expect((await api.register({ ...aUser(), email: newEmail })).status).toBe(201);
  });

  it('is not the owner of the new one, who cannot undo what they have confirmed', async () => {
    const user = await signUpVerified(running);
    const { newEmail, confirmToken } = await changeEmail(running, user);
    expectProblem(await undo(confirmToken), 400, 'invalid-token');
    expect(await emailOf(user)).toBe(newEmail);
  });

  it('can change back, which the address in between can never undo', async () => {
    const user = await signUpVerified(running);
    const { newEmail } = await changeEmail(running, user);
    await askForChange(running, user);
    await changeEmail(running, user, user.email);
    expect(await emailOf(user)).toBe(user.email);
    expect((await lastMail(running, user, 'email-change-undone'))?.to.email).toBe(newEmail);
    const warnings = await mailsAbout(running, user, 'email-change-requested');
    const inBetween = warnings.filter(({ to }) => to.email === newEmail);
    expect(inBetween).toHaveLength(2);
    for (const mail of inBetween) {
      expectProblem(await undo(linkTokenOf(mail)), 400, 'invalid-token');
    }
    expect(await emailOf(user)).toBe(user.email);
    expect((await api.register({ ...aUser(), email: newEmail })).status).toBe(201);
  });

  it('can undo it although a thief has declined it with their own link', async () => {
    const user = await signUpVerified(running);
    const { confirmToken, undoToken } = await askForChange(running, user);
    expect((await undo(confirmToken)).status).toBe(204);
    expect((await undo(undoToken)).status).toBe(204);
    expectProblem(await user.api.me(), 401, 'unauthenticated');
  });

  it('is warned once a minute, with a link that also undoes what comes later', async () => {
    const user = await signUpVerified(running);
    const { undoToken } = await askForChange(running, user);
    const { email: newEmail } = aUser();
    await ask(user, newEmail);
    const asked = await mailsAbout(running, user, 'confirm-email-change');
    const confirmToken = linkTokenOf(asked.find(({ to }) => to.email === newEmail));
    expect((await confirm(confirmToken)).status).toBe(204);
    expect(await mailsAbout(running, user, 'email-change-requested')).toHaveLength(1);
    expect((await undo(undoToken)).status).toBe(204);
    expect((await lastMail(running, user, 'email-change-undone'))?.to.email).toBe(newEmail);
  });

  it('is warned once a minute, also if each request is declined', async () => {
    const user = await signUpVerified(running);
    const { confirmToken } = await askForChange(running, user);
    expect((await undo(confirmToken)).status).toBe(204);
    for (const warnings of [1, 2]) {
      expect((await ask(user, aUser().email)).status).toBe(202);
      expect(await mailsAbout(running, user, 'email-change-requested')).toHaveLength(warnings);
      clock.advance({ minutes: 1 });
    }
  });

  it('is warned of a request right after a change to it', async () => {
    const user = await signUpVerified(running);
    const { newEmail } = await changeEmail(running, user);
    clock.advance({ ms: 1 });
    expect((await ask(user, aUser().email)).status).toBe(202);
    const warned = (await mailsAbout(running, user, 'email-change-requested')).map(({ to }) => to.email);
    expect(warned).toEqual([user.email, newEmail]);
  });

  it('can undo it if they have verified it after the request', async () => {
    const user = await signUp(api);
    expect((await ask(user, aUser().email)).status).toBe(202);
    const token = linkTokenOf(await lastMail(running, user, 'confirm-email-change'));
    expect((await api.verify(linkTokenOf(await lastMail(running, user, 'verify-email')))).status).toBe(204);
    expect((await confirm(token)).status).toBe(204);
    expectProblem(await api.register({ ...aUser(), email: user.email }), 409, 'email-taken');
    expect((await undo(await undoTokenOf(user))).status).toBe(204);
  });
});

describe('with verify-first, whoever registers an address', () => {
  const hiding = useApiApp({ APP_URL, REGISTRATION: 'verify-first' }, running);

  it('cannot tell whether someone wants it, or may get it back', async () => {
    const [asking, moved] = [await signUpVerified(running), await signUpVerified(running)];
    const { newEmail } = await askForChange(running, asking);
    await changeEmail(running, moved);
    // Long enough after their last mail that another one could be sent.
    hiding.clock.advance({ ms: clock.millis() - hiding.clock.millis() + 60_000 });
    for (const email of [newEmail, moved.email, aUser().email]) {
      const stranger = { ...aUser(), email };
      expect((await hiding.api.register(stranger)).status).toBe(202);
      expectProblem(await hiding.api.login(stranger), 401, 'email-not-verified');
    }
    // The address that the account has now has nothing to do with it.
    expect(await mailsAbout(running, moved, 'account-exists')).toEqual([]);
    expect((await undo(await lastMail(running, moved, 'email-changed').then(linkTokenOf))).status).toBe(204);
  });
});

describe('an address that nobody can get back any more', () => {
  const hiding = useApiApp({ APP_URL, REGISTRATION: 'verify-first' }, running);

  it('can be registered at once, even before the worker has given it free', async () => {
    const user = await signUpVerified(running);
    await changeEmail(running, user);
    hiding.clock.advance({ ms: clock.millis() - hiding.clock.millis() });
    hiding.clock.advance({ hours: 72 });
    const owner = { ...aUser(), email: user.email };
    await hiding.api.register(owner);
    const session = { user: { id: await userIdOf(hiding, owner) } } as SignedUp['session'];
    const mail = await lastMail(running, { ...owner, session, api }, 'verify-email');
    expect((await hiding.api.verify(linkTokenOf(mail), owner.password)).status).toBe(204);
  });
});

describe('an account that a stranger has prepared', () => {
  it('does not go to an address that they asked for before its owner came ("unexpired email change")', async () => {
    // The stranger registers the victim's address, and asks for their own.
    const stranger = await signUp(api);
    expect((await ask(stranger, aUser().email)).status).toBe(202);
    const token = linkTokenOf(await lastMail(running, stranger, 'confirm-email-change'));
    // The victim takes the account over, in which the request is still open.
    await api.post('/auth/password/forgot', { email: stranger.email });
    const reset = linkTokenOf(await lastMail(running, stranger, 'reset-password'));
    expect((await api.post('/auth/password/reset', { token: reset, password: NEW })).status).toBe(204);
    expectProblem(await confirm(token), 400, 'invalid-token');
    expect((await api.login({ ...stranger, password: NEW })).status).toBe(200);
  });
});
