import { describe, expect, it } from '@jest/globals';
import { aUser, signUp, tokenIn } from '../support/factories.js';
import { expectProblem } from '../support/problems.js';
import { eventually } from '../support/servers.js';
import { query } from '../support/stored.js';
import { useApps } from '../support/use-app.js';

const apps = useApps(
  { immediate: 'api', verifyFirst: ['all', { REGISTRATION: 'verify-first' }] },
  { PUBLIC_URL: 'https://accounts.acme.test' },
);
const { database, sink } = apps;
const { api } = apps.immediate;
/** Calls the process with `REGISTRATION=verify-first`. */
const { api: unseen } = apps.verifyFirst;

describe('an address that goes to a later registration', () => {
  it('signs the earlier registrant out at once, on every replica', async () => {
    const earlier = await signUp(api);
    const later = { ...aUser(), email: earlier.email };
    await query(database.url, `update accounts.users set mailed_at = mailed_at - interval '1 minute'`);
    expect((await unseen.register(later)).status).toBe(202);
    const mails = await eventually(() => {
      const received = sink.mailsTo(earlier.email);
      expect(received).toHaveLength(2);
      return received;
    });
    const [here, there] = [unseen.as(earlier.session), earlier.api];
    // Both replicas remember the session now.
    expect([(await here.me()).status, (await there.me()).status]).toEqual([200, 200]);
    expect((await unseen.verify(tokenIn(mails[1]), later.password)).status).toBe(204);
    expectProblem(await here.me(), 401, 'unauthenticated');
    await eventually(async () => expect((await there.me()).status).toBe(401), { timeoutMs: 1_000 });
    expectProblem(await api.refresh(earlier.session.refreshToken), 401, 'invalid-refresh-token');
  });
});
