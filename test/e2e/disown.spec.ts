import { describe, expect, it } from '@jest/globals';
import { useApiApp } from '../support/api-app.js';
import { beforeStatement } from '../support/before-statement.js';
import { aUser, signUp } from '../support/factories.js';
import { linkTokenOf, mailsInOutbox, userIdOf } from '../support/mail-outbox.js';
import { expectProblem } from '../support/problems.js';
import { query } from '../support/stored.js';
import { pendingOf, registerProven, rivals } from '../support/verify-first.js';

const immediate = useApiApp();
const unseen = useApiApp({ REGISTRATION: 'verify-first' }, immediate);
const { api, clock, database } = immediate;

const disown = (token: string) => api.post('/auth/email/disown', { token });

async function linksOf(userId: string): Promise<string[]> {
  return (await mailsInOutbox(immediate, database.url, userId)).map(linkTokenOf);
}

describe('"I didn\'t sign up"', () => {
  it('removes the account, with its sessions, and makes the address free again', async () => {
    const stranger = await signUp(api);
    const [token = ''] = await linksOf(stranger.session.user.id);
    expect((await stranger.api.me()).status).toBe(200);
    const { body } = await stranger.api.post<{ key: string }>('/auth/api-keys', {
      name: 'Mine',
      permissions: [],
    });
    const server = api.as({ accessToken: body.key });
    expect((await server.me()).status).toBe(200);
    expect((await disown(token)).status).toBe(204);
    expectProblem(await stranger.api.me(), 401, 'unauthenticated');
    expectProblem(await server.me(), 401, 'unauthenticated');
    expectProblem(await api.refresh(stranger.session.refreshToken), 401, 'invalid-refresh-token');
    expectProblem(await api.login(stranger), 401, 'invalid-credentials');
    expect((await api.register({ ...aUser(), email: stranger.email })).status).toBe(201);
  });

  it('removes no account that is the last admin', async () => {
    const stranger = await signUp(api);
    const [token = ''] = await linksOf(stranger.session.user.id);
    await query(database.url, `update accounts.users set roles = '{user,admin}' where id = $1`, [
      stranger.session.user.id,
    ]);
    expectProblem(await disown(token), 409, 'last-admin');
    expect((await api.login(stranger)).status).toBe(200);
    await query(database.url, `update accounts.users set roles = '{user}' where id = $1`, [
      stranger.session.user.id,
    ]);
    expect((await disown(token)).status).toBe(204);
  });

  it('may be repeated while the link lives, which no longer verifies anything', async () => {
    const stranger = await signUp(api);
    const [token = ''] = await linksOf(stranger.session.user.id);
    expect((await disown(token)).status).toBe(204);
    const owner = await signUp(api, { email: stranger.email });
    expect((await disown(token)).status).toBe(204);
    expectProblem(await api.verify(token), 400, 'invalid-token');
    expect((await owner.api.me()).body.emailVerified).toBe(false);
    clock.advance({ hours: 24 });
    expectProblem(await disown(token), 400, 'invalid-token');
  });

  it('does nothing to an account whose address was verified', async () => {
    const user = aUser();
    const id = await registerProven(unseen, database.url, user);
    const [token = ''] = await linksOf(id);
    expectProblem(await disown(token), 400, 'invalid-token');
    expect((await unseen.api.login(user)).status).toBe(200);
  });

  it('decides against a click on the same link at the same moment, or the other way round', async () => {
    const stranger = await signUp(api);
    const [token = ''] = await linksOf(stranger.session.user.id);
    await beforeStatement(/for update/i, async () => expect((await api.verify(token)).status).toBe(204));
    expectProblem(await disown(token), 400, 'invalid-token');
    expect((await stranger.api.me()).body.emailVerified).toBe(true);
  });

  it.each(['', 'x', 'A'.repeat(43)])('needs a link of ours: %j', async (token) => {
    expect((await disown(token)).status).toBe(400);
  });
});

describe('with REGISTRATION=verify-first, it', () => {
  it("removes only the stranger's registration, and leaves that of the owner", async () => {
    const [stranger, owner] = rivals();
    await unseen.api.register(stranger);
    const id = await userIdOf(unseen, owner);
    unseen.clock.advance({ minutes: 1 });
    await unseen.api.register(owner);
    const [ofStranger = '', ofOwner = ''] = await linksOf(id);
    expect((await disown(ofStranger)).status).toBe(204);
    expect((await disown(ofStranger)).status).toBe(204);
    expect(await pendingOf(database.url, id)).toBe(1);
    expectProblem(await unseen.api.verify(ofStranger, stranger.password), 400, 'invalid-token');
    expect((await unseen.api.verify(ofOwner, owner.password)).status).toBe(204);
    expect((await unseen.api.login(owner)).status).toBe(200);
    expectProblem(await unseen.api.login(stranger), 401, 'invalid-credentials');
  });

  it('takes no password away from an account that was there before', async () => {
    const user = await signUp(api);
    unseen.clock.advance({ ms: clock.millis() - unseen.clock.millis() + 60_000 });
    await unseen.api.register({ ...aUser(), email: user.email });
    unseen.clock.advance({ minutes: 1 });
    await unseen.api.register({ ...aUser(), email: user.email });
    const links = await linksOf(user.session.user.id);
    expect(links).toHaveLength(3);
    expect((await disown(links[1] ?? '')).status).toBe(204);
    expect((await api.login(user)).status).toBe(200);
  });

  it('removes the account with its last registration', async () => {
    const stranger = aUser();
    await unseen.api.register(stranger);
    const id = await userIdOf(unseen, stranger);
    const [token = ''] = await linksOf(id);
    expect((await disown(token)).status).toBe(204);
    expect(await userIdOf(unseen, stranger)).toBe('');
    expectProblem(await unseen.api.login(stranger), 401, 'invalid-credentials');
  });
});
