import { beforeAll, expect, it } from '@jest/globals';
import { setRoles, userWithRoles } from '../support/administration.js';
import type { ApiClient, ListBody } from '../support/client.js';
import { signIn } from '../support/factories.js';
import { type JobBody, jobEnd, NDJSON, ndjson, type RowErrorBody, sendImport } from '../support/imports.js';
import { eventually } from '../support/servers.js';
import { query } from '../support/stored.js';
import { ADMIN, useApps, WITH_ADMIN } from '../support/use-app.js';
import { useServers } from '../support/use-servers.js';

const servers = useServers();
const { api, worker } = useApps({ api: ['api', WITH_ADMIN], worker: 'worker' }, {}, servers);
const ROWS = 8_000;
const KILLS = 5;

let admin: ApiClient;
beforeAll(async () => {
  admin = (await signIn(api.api, ADMIN)).api;
});

it('goes on where it stopped when its worker is killed, without losing or doubling a row', async () => {
  // Every tenth address is invalid, and every tenth there twice.
  const rows = Array.from({ length: ROWS }, (_, number) => {
    const kind = number % 10;
    return { email: kind === 1 ? 'nobody' : `killed-${kind === 2 ? number - 2 : number}@acme.test` };
  });
  const { body } = await sendImport(admin, NDJSON, ndjson(rows));
  for (let kill = 1, done = 0; kill <= KILLS; kill += 1) {
    done = await eventually(
      async () => {
        const { body: job } = await admin.get<JobBody>(`/jobs/${body.jobId}`);
        expect(job).toMatchObject({ attempts: kill, finishedAt: null });
        expect(job.progress?.done).toBeGreaterThan(done);
        return job.progress?.done ?? 0;
      },
      { timeoutMs: 30_000 },
    );
    await worker.restart();
  }
  const job = await jobEnd(admin, body.jobId, 60_000);
  expect(job).toMatchObject({
    state: 'completed',
    result: { imported: ROWS * 0.8, skipped: ROWS * 0.1, failed: ROWS * 0.1 },
  });
  expect(job.attempts).toBe(KILLS + 1);
  const [stored] = await query<{ users: string; lines: string; errors: string }>(
    servers.database.url,
    `select (select count(*) from accounts.users where roles = '{user}') as users,
            (select count(distinct line) from accounts.transfer_errors) as lines,
            (select count(*) from accounts.transfer_errors) as errors`,
  );
  expect(stored).toEqual({ users: `${ROWS * 0.8}`, lines: `${ROWS * 0.2}`, errors: `${ROWS * 0.2}` });
  const { body: page } = await admin.get<ListBody<RowErrorBody>>(
    `/users/import/${body.jobId}/errors?limit=2&total=true`,
  );
  expect(page.items.map(({ line, code }) => [line, code])).toEqual([
    [2, 'invalid-email'],
    [3, 'email-taken'],
  ]);
  expect(page.page.total).toBe(ROWS * 0.2);
}, 180_000);

it('does nothing if it was canceled before it began', async () => {
  await worker.stop();
  const { body } = await sendImport(admin, NDJSON, ndjson([{ email: 'canceled@acme.test' }]));
  expect((await admin.delete(`/jobs/${body.jobId}`)).status).toBe(204);
  await worker.restart();
  expect(await jobEnd(admin, body.jobId)).toMatchObject({ state: 'canceled', attempts: 0 });
});

it('fails if the administrator has lost the permission, and goes on once they have it again', async () => {
  await admin.send('PUT', '/roles/importer', { json: { permissions: ['users:write'] } });
  const at = { api: api.api, admin, database: servers.database };
  const importer = await userWithRoles(at, 'user', 'importer');
  await worker.stop();
  const { body } = await sendImport(importer.api, NDJSON, ndjson([{ email: 'late@acme.test' }]));
  await setRoles(admin, importer, ['user']);
  await worker.restart();
  expect(await jobEnd(admin, body.jobId)).toMatchObject({
    state: 'failed',
    error: 'exceeds-your-permissions',
    result: { imported: 0 },
  });
  await setRoles(admin, importer, ['user', 'importer']);
  expect((await admin.post(`/jobs/${body.jobId}/retry`)).status).toBe(200);
  expect(await jobEnd(admin, body.jobId)).toMatchObject({
    state: 'completed',
    result: { imported: 1 },
  });
});

it.each([
  ['import', (key: ApiClient) => sendImport(key, NDJSON, ndjson([{ email: 'by-a-key@acme.test' }]))],
  ['export', (key: ApiClient) => key.post<{ jobId: string }>('/users/export')],
])('an %s stops when the API key that started it is revoked', async (_, start) => {
  const permissions = ['users:write', 'users:export'];
  const { body: key } = await admin.post<{ id: string; key: string }>('/auth/api-keys', {
    name: 'CI',
    permissions,
  });
  await worker.stop();
  const { body } = await start(api.api.with({ authorization: `Bearer ${key.key}` }));
  expect((await admin.delete(`/auth/api-keys/${key.id}`)).status).toBe(204);
  await worker.restart();
  expect(await jobEnd(admin, body.jobId)).toMatchObject({
    state: 'failed',
    error: 'exceeds-your-permissions',
  });
});
