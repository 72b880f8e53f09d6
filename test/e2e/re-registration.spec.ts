import { describe, expect, it } from '@jest/globals';
import { aUser, signUp } from '../support/factories.js';
import { expectProblem } from '../support/problems.js';
import { eventually } from '../support/servers.js';
import { useApps } from '../support/use-app.js';

const apps = useApps(
  { immediate: 'api', verifyFirst: ['api', { REGISTRATION: 'verify-first' }] },
  {
    PUBLIC_URL: 'https://accounts.acme.test',
  },
);
const { api } = apps.immediate;
/** Calls the process with `REGISTRATION=verify-first`. */
const { api: unseen } = apps.verifyFirst;

describe('registering an unverified address again', () => {
  it('signs the earlier registrant out at once, on every replica', async () => {
    const earlier = await signUp(api);
    const [here, there] = [unseen.as(earlier.session), earlier.api];
    // Both replicas remember the session now.
    expect([(await here.me()).status, (await there.me()).status]).toEqual([200, 200]);
    expect((await unseen.register({ ...aUser(), email: earlier.email })).status).toBe(202);
    expectProblem(await here.me(), 401, 'unauthenticated');
    await eventually(async () => expect((await there.me()).status).toBe(401), { timeoutMs: 1_000 });
    expectProblem(await api.refresh(earlier.session.refreshToken), 401, 'invalid-refresh-token');
  });
});
