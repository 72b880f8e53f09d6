import { describe, expect, it } from '@jest/globals';
import { aUser, signIn, signUp } from '../support/factories.js';
import { newKey } from '../support/environment.js';
import { jobEnd, NDJSON, ndjson, sendImport } from '../support/imports.js';
import { query } from '../support/stored.js';
import { ADMIN, useApps, WITH_ADMIN } from '../support/use-app.js';

const [old, added] = [newKey('2025a'), newKey('2026b')];
const OLD_FIRST = { BLIND_INDEX_KEYS: `${old},${added}` };
const NEW_FIRST = { BLIND_INDEX_KEYS: `${added},${old}` };

/** In the middle of a roll-out: half of the replicas write with the old key, and half with the new one. */
const apps = useApps({
  before: ['api', { ...OLD_FIRST, ...WITH_ADMIN }],
  after: ['api', NEW_FIRST],
  verifyFirst: ['api', { ...NEW_FIRST, REGISTRATION: 'verify-first' }],
  worker: ['worker', OLD_FIRST],
});
const { database, before, after, verifyFirst } = apps;

async function indexes(): Promise<string[]> {
  const rows = await query<{ key: string }>(
    database.url,
    `select split_part(email_index, '.', 1) as key from accounts.users order by id`,
  );
  return rows.map(({ key }) => key);
}

describe('while replicas write with different keys', () => {
  it('one of 200 registrations at once gets the address', async () => {
    const known = (await indexes()).length;
    const user = aUser();
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, n) => (n % 2 === 0 ? before : after).api.register(user)),
    );
    const statuses = answers.map(({ status }) => status).sort((one, other) => one - other);
    expect(statuses).toEqual([201, ...Array.from({ length: 199 }, () => 409)]);
    expect(await indexes()).toHaveLength(known + 1);
    for (const { api } of [before, after]) {
      expect((await api.login(user)).status).toBe(200);
    }
  }, 60_000);

  it('registrations that come in pairs, one on each side, never both succeed', async () => {
    const known = (await indexes()).length;
    for (let round = 0; round < 20; round += 1) {
      const user = aUser();
      const sides = [before, after, verifyFirst].map(({ api }) => api.register(user));
      const statuses = (await Promise.all(sides)).map(({ status }) => status);
      // The same answer in any case.
      expect(statuses[2]).toBe(202);
    }
    expect(await indexes()).toHaveLength(known + 20);
  }, 60_000);

  it('an import skips whom the other side has registered', async () => {
    const { api: admin } = await signIn(before.api, ADMIN);
    const user = await signUp(after.api);
    expect((await indexes()).at(-1)).toBe('2026b');
    const rows = ndjson([{ email: user.email }, aUser()].map(({ email }) => ({ email })));
    const { body } = await sendImport(admin, NDJSON, rows);
    expect((await jobEnd(admin, body.jobId)).result).toMatchObject({ imported: 1, skipped: 1, failed: 0 });
  });

  it('failed attempts are counted together', async () => {
    const user = await signUp(before.api);
    const wrong = { ...user, password: 'not the password of anyone' };
    await Promise.all([before, after].map(({ api }) => api.login(wrong)));
    const counts = await query(
      database.url,
      `select cardinality(attempts) as failed from accounts.failed_attempts where subject like 'address:%'`,
    );
    expect(counts).toEqual([{ failed: 2 }]);
  });
});
