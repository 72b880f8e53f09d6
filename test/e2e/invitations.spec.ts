import { describe, expect, it } from '@jest/globals';
import { useApiApp } from '../support/api-app.js';
import type { UserBody } from '../support/client.js';
import { aUser, signIn } from '../support/factories.js';
import { linkTokenOf, mailsInOutbox } from '../support/mail-outbox.js';
import { expectProblem } from '../support/problems.js';
import { ADMIN, WITH_ADMIN } from '../support/use-app.js';

const running = useApiApp(WITH_ADMIN);
const { api, clock, database } = running;

describe('a user who is invited', () => {
  const invited = async (): Promise<{ id: string; email: string; token: string }> => {
    const { email } = aUser();
    // The clock has moved, and creating someone takes a recent sign-in.
    const { api: admin } = await signIn(api, ADMIN);
    const { status, body } = await admin.post<UserBody>('/users', { email, invite: true, locale: 'de' });
    expect([status, body.emailVerified]).toEqual([201, false]);
    const mails = await mailsInOutbox(running, database.url, body.id);
    expect(mails.map(({ template }) => template)).toEqual(['invitation']);
    return { id: body.id, email, token: linkTokenOf(mails[0]) };
  };

  it('chooses a password with the link, which proves the address', async () => {
    const { email, token } = await invited();
    const password = 'seven brave otters';
    expect((await api.post('/auth/password/reset', { token, password })).status).toBe(204);
    const user = await signIn(api, { email, password });
    expect(user.session.user.emailVerified).toBe(true);
  });

  it('can get another link without an administrator', async () => {
    const { id, email } = await invited();
    clock.advance({ minutes: 2 });
    await api.post('/auth/password/forgot', { email });
    const mails = await mailsInOutbox(running, database.url, id);
    expect(mails.map(({ template }) => template)).toEqual(['invitation', 'reset-password']);
  });

  it('has seven days for it', async () => {
    const [early, late] = [await invited(), await invited()];
    const choose = (token: string) =>
      api.post('/auth/password/reset', { token, password: 'seven brave otters' });
    clock.advance({ hours: 7 * 24, minutes: -5 });
    expect((await choose(early.token)).status).toBe(204);
    clock.advance({ minutes: 5, seconds: 1 });
    expectProblem(await choose(late.token), 400, 'invalid-token');
  });
});
