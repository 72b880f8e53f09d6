import { describe, expect, it } from '@jest/globals';
import { useApiApp } from '../support/api-app.js';
import { aUser, signUp } from '../support/factories.js';
import { expectProblem } from '../support/problems.js';
import { rowCounts } from '../support/stored.js';

const open = useApiApp();
/** The same deployment, after someone changed the setting. */
const { api, database } = useApiApp({ REGISTRATION: 'closed' }, open);

describe('REGISTRATION=closed', () => {
  it('opens no accounts, whatever the request looks like', async () => {
    const taken = await signUp(open.api);
    const before = await rowCounts(database.url);
    for (const user of [aUser(), taken, aUser({ password: 'password' })]) {
      expectProblem(await api.register(user), 403, 'registration-closed');
    }
    expect(await rowCounts(database.url)).toEqual(before);
  });

  it('lets everyone in who has an account, and reset their password', async () => {
    const user = await signUp(open.api);
    expect((await api.login(user)).status).toBe(200);
    expectProblem(await api.login({ ...user, password: 'a guess of mine' }), 401, 'invalid-credentials');
    expect((await api.post('/auth/password/forgot', { email: user.email })).status).toBe(202);
  });
});
