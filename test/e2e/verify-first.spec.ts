import { describe, expect, it, jest } from '@jest/globals';
import { PasswordHasher } from '../../src/accounts/auth/passwords/password-hasher.js';
import { useApiApp } from '../support/api-app.js';
import { aUser } from '../support/factories.js';
import { hold } from '../support/fixture.js';
import { linkTokenOf, mailsInOutbox, userIdOf } from '../support/mail-outbox.js';
import { expectProblem } from '../support/problems.js';
import { query, refuse, rowCounts } from '../support/stored.js';
import { cookieOf, hashings, laterLink, pendingOf, registerProven, rivals } from '../support/verify-first.js';

const unseen = useApiApp({ REGISTRATION: 'verify-first' });
const { database, api, clock } = unseen;

describe('a registration with REGISTRATION=verify-first', () => {
  it('fails if it cannot be stored, instead of promising a mail', async () => {
    const before = await rowCounts(database.url);
    await refuse(database.url, 'insert', 'accounts.pending_registrations');
    expect((await api.register(aUser())).status).toBe(500);
    expect(await rowCounts(database.url)).toEqual(before);
  });

  it('takes as long for a taken address as for a free one', async () => {
    const [verified, pending] = [aUser(), aUser()];
    await registerProven(unseen, database.url, verified);
    await api.register(pending);
    const hasher = unseen.app.get(PasswordHasher, { strict: false });
    const hash = hasher.hash.bind(hasher);
    let hashedAt = 0;
    const spy = jest.spyOn(hasher, 'hash').mockImplementation(async (password) => {
      const result = await hash(password);
      hashedAt = performance.now();
      return result;
    });
    await hold(spy, () => spy.mockRestore());
    for (const user of [aUser(), { ...aUser(), email: verified.email }, verified, pending]) {
      const before = await hashings(unseen);
      expect((await api.register(user)).status).toBe(202);
      // A timer can fire a fraction of a millisecond early.
      expect(performance.now() - hashedAt).toBeGreaterThan(49);
      expect((await hashings(unseen)) - before).toBe(1);
    }
  });

  it('can be confirmed for seven days', async () => {
    const [first, second] = rivals();
    await api.register(first);
    await api.register(second);
    clock.advance({ hours: 7 * 24, ms: -1 });
    expect((await api.verify(await laterLink(unseen, database.url, second), second.password)).status).toBe(
      204,
    );
    expect((await api.login(second)).status).toBe(200);
  });

  it('that has expired does not come back when its password is used again', async () => {
    const [first, second] = rivals();
    await api.register(first);
    await api.register({ ...second, displayName: 'Old' });
    clock.advance({ hours: 7 * 24 });
    await api.register({ ...second, displayName: 'New' });
    const mails = await mailsInOutbox(unseen, database.url, await userIdOf(unseen, second));
    const token = linkTokenOf(mails.at(-1));
    expect((await api.verify(token, second.password)).status).toBe(204);
    expect((await api.login(second)).body.user.displayName).toBe('New');
  });

  it('is dropped without a mail when there are too many, until they expire', async () => {
    const { email } = aUser();
    const registerAnother = () => api.register({ ...aUser(), email });
    for (let count = 1; count <= 11; count += 1) {
      await registerAnother();
    }
    const id = await userIdOf(unseen, { email });
    const mails = await mailsInOutbox(unseen, database.url, id);
    clock.advance({ minutes: 1 });
    await registerAnother();
    expect(await mailsInOutbox(unseen, database.url, id)).toEqual(mails);
    expect(await pendingOf(database.url, id)).toBe(10);
    clock.advance({ hours: 7 * 24 });
    await registerAnother();
    expect(await pendingOf(database.url, id)).toBe(11);
  });

  it('is addressed as it asked, not as an earlier one did', async () => {
    const [squatter, owner] = rivals();
    await api.register({ ...squatter, displayName: 'Squatter', locale: 'fr' });
    clock.advance({ minutes: 1 });
    await api.register({ ...owner, timezone: 'Europe/Berlin' });
    const id = await userIdOf(unseen, owner);
    const [, mail] = await mailsInOutbox(unseen, database.url, id);
    expect(mail?.to).toEqual({ userId: id, email: squatter.email, displayName: null, locale: 'fr' });
    expect((await api.verify(linkTokenOf(mail), owner.password)).status).toBe(204);
    expect((await api.login(owner)).body.user).toMatchObject({
      displayName: null,
      locale: 'en',
      timezone: 'Europe/Berlin',
    });
    const changed = 'select changed_at from accounts.passwords where user_id = $1';
    expect(await query(database.url, changed, [id])).toEqual([{ changed_at: clock.now() }]);
  });

  it('that is submitted again can be confirmed by that browser, and no other registration can', async () => {
    const [owner, stranger] = rivals();
    await api.register(owner);
    clock.advance({ minutes: 1 });
    await api.register(stranger);
    const again = await api.register(owner);
    const id = await userIdOf(unseen, owner);
    const [ofOwner, ofStranger] = (await mailsInOutbox(unseen, database.url, id)).map(linkTokenOf);
    const verify = (token = '') => api.post('/auth/email/verify', { token }, { cookie: cookieOf(again) });
    expectProblem(await verify(ofStranger), 401, 'password-required');
    expect((await verify(ofOwner)).status).toBe(204);
    expect((await api.login(owner)).status).toBe(200);
  });

  it('that is submitted again can be confirmed for seven days from then on', async () => {
    const [first, user] = rivals();
    await api.register(first);
    await api.register(user);
    clock.advance({ hours: 6 * 24 });
    await api.register(user);
    clock.advance({ hours: 6 * 24 });
    expect((await api.verify(await laterLink(unseen, database.url, user), user.password)).status).toBe(204);
    expect((await api.login(user)).status).toBe(200);
  });

  it('that is submitted again gets another link of its own', async () => {
    const [owner, stranger] = rivals();
    await api.register(owner);
    await api.register(stranger);
    clock.advance({ minutes: 1 });
    await api.register(owner);
    const [, again] = await mailsInOutbox(unseen, database.url, await userIdOf(unseen, owner));
    expectProblem(await api.verify(linkTokenOf(again), stranger.password), 401, 'password-required');
    expect((await api.verify(linkTokenOf(again), owner.password)).status).toBe(204);
  });
});
