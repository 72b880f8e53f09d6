import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { idOf, NOBODY, userWithPermissions } from '../support/administration.js';
import { useApiApp } from '../support/api-app.js';
import type { ApiClient, UserBody } from '../support/client.js';
import { exportUsers, fileOf, rowsOf, startExport } from '../support/exports.js';
import { signIn, signUp } from '../support/factories.js';
import { useFixture } from '../support/fixture.js';
import { FOREIGN_HASHES, FOREIGN_PASSWORD } from '../support/foreign-hashes.js';
import { importFile, type JobBody, jobEnd, NDJSON, ndjson } from '../support/imports.js';
import { expectProblem } from '../support/problems.js';
import { eventually } from '../support/servers.js';
import { countWaiting, openTransaction, query } from '../support/stored.js';
import { ADMIN, useApp, useApps, WITH_ADMIN } from '../support/use-app.js';
import { useServers } from '../support/use-servers.js';

const servers = useServers();
const running = useApiApp(WITH_ADMIN, servers);
const { admin, api, database } = running;
const { worker } = useApps({ worker: 'worker', notifications: 'notifications' }, {}, servers);
/** Another Gatehouse, with nobody in it but its admin. */
const elsewhere = useApp('all', WITH_ADMIN);

const ROUNDS = 2;
const USERS = 4_000;
/** The number of a lock of PostgreSQL. */
const HELD = 4_711_001;
/** A job of a process that was killed starts again within this time. */
const AFTER_A_CRASH_MS = 60_000;

const anAddress = (): string => `eve.${randomBytes(6).toString('hex')}@acme.test`;

/** Several thousand users, with enough metadata for dozens of chunks. */
useFixture(async () => {
  const metadata = { notes: 'x'.repeat(2_000) };
  const rows = Array.from({ length: USERS }, () => ({ email: anAddress(), metadata }));
  const { result } = await importFile(admin, NDJSON, ndjson(rows));
  expect(result).toMatchObject({ imported: USERS });
  return {};
});

/** Lets the worker wait when it writes this chunk of any file, until the returned function is called. */
async function holdChunk(number: number): Promise<() => Promise<void>> {
  const holder = await openTransaction(database.url);
  await holder.query(`select pg_advisory_xact_lock(${HELD})`);
  await query(
    database.url,
    `create or replace function hold_chunk() returns trigger language plpgsql as $$
       begin perform pg_advisory_xact_lock(${HELD}); return new; end $$;
     create or replace trigger hold before insert on accounts.transfer_chunks
       for each row when (new.number = ${number}) execute function hold_chunk()`,
  );
  return async () => {
    await holder.query('rollback');
    await query(database.url, 'drop function hold_chunk cascade');
  };
}

async function isHeld(): Promise<void> {
  await eventually(
    async () => {
      const waiting = await query(
        database.url,
        `select from pg_locks where locktype = 'advisory' and objid = ${HELD} and not granted`,
      );
      expect(waiting).toHaveLength(1);
    },
    { timeoutMs: AFTER_A_CRASH_MS },
  );
}

describe('an export of all users', () => {
  it('can be imported elsewhere, with everything, and the users sign in with their passwords', async () => {
    const user = await signUp(api, { displayName: 'Ada "the" Lövelace\u2028', locale: 'de-AT' });
    const other = anAddress();
    const rows = [
      {
        email: other,
        emailVerified: true,
        displayName: 'Grace',
        timezone: 'Europe/Vienna',
        avatarUrl: 'https://acme.com/grace.png',
        roles: ['user'],
        metadata: { theme: ['dark', null, 'ü'] },
        appMetadata: { plan: 'gold' },
        createdAt: '2020-02-29T12:00:00.000Z',
        passwordHash: FOREIGN_HASHES[0]?.hash,
      },
      { email: anAddress(), status: 'suspended' },
    ];
    await importFile(admin, NDJSON, ndjson(rows));
    const job = await exportUsers(admin);
    const file = await fileOf(admin, job);
    const exported = rowsOf(file);
    expect(job).toMatchObject({
      type: 'export-users',
      state: 'completed',
      attempts: 1,
      progress: { done: exported.length, total: exported.length },
      result: { exported: exported.length },
      error: null,
    });
    expect(exported.map(({ id }) => id)).toEqual(await allIds());
    expect(exported.find(({ email }) => email === other)).toEqual({
      id: expect.any(String),
      locale: 'en',
      status: 'active',
      ...rows[0],
    });

    const { result } = await importFile(elsewhere.admin, NDJSON, file);
    // The admin has an account there.
    expect(result).toMatchObject({ imported: exported.length - 1, skipped: 1, failed: 0 });
    expect((await elsewhere.api.login(user)).status).toBe(200);
    expect((await elsewhere.api.login({ email: other, password: FOREIGN_PASSWORD })).status).toBe(200);
    const addresses = [user.email, ...rows.map(({ email }) => email)];
    for (const { id } of exported.filter(({ email }) => addresses.includes(email))) {
      expect(await profileOf(elsewhere.admin, id)).toEqual(await profileOf(admin, id));
    }
    const back = rowsOf(await fileOf(elsewhere.admin, await exportUsers(elsewhere.admin)));
    const unused = ({ email }: { email: string }): boolean =>
      ![ADMIN.email, other, user.email].includes(email);
    // A sign-in may have replaced the hash of another system.
    expect(back.filter(unused)).toEqual(exported.filter(unused));
  });

  it('goes on where it stopped when the worker is killed, without losing or repeating anyone', async () => {
    const id = await startExport(admin);
    for (let round = 1; round <= ROUNDS; round += 1) {
      const release = await holdChunk(round * 8);
      if (round > 1) {
        await worker.restart();
      }
      await isHeld();
      const { body } = await admin.get<JobBody>(`/jobs/${id}`);
      expect(body.state).toBe('active');
      // A job that has lost its worker may begin more than once.
      expect(body.attempts).toBeGreaterThanOrEqual(round);
      expect(body.progress?.done).toBe(body.result?.['exported']);
      expect(body.progress?.total).toBeGreaterThan(USERS);
      await worker.kill('SIGKILL');
      await release();
    }
    await worker.restart();
    const job = await jobEnd(admin, id, AFTER_A_CRASH_MS);
    const exported = rowsOf(await fileOf(admin, job));
    expect(job).toMatchObject({
      state: 'completed',
      result: { exported: exported.length },
      progress: { done: exported.length, total: exported.length },
    });
    expect(job.attempts).toBeGreaterThan(ROUNDS);
    expect(exported.map((user) => user.id)).toEqual(await allIds());
  }, 180_000);

  it('stops when it is canceled, and keeps nothing', async () => {
    const release = await holdChunk(1);
    const id = await startExport(admin);
    await isHeld();
    expectProblem(await admin.get(`/users/export/${id}/file`), 409, 'export-not-ready');
    const canceled = admin.delete(`/jobs/${id}`);
    // Until the chunk is written, it waits.
    await eventually(async () => {
      expect(await countWaiting(database.url, '%from "accounts"."transfers"%for update%')).toBe(1);
    });
    await release();
    expect((await canceled).status).toBe(204);
    // It takes its turn after the canceled one.
    expect(await exportUsers(admin)).toMatchObject({ state: 'completed' });
    expect(await jobEnd(admin, id)).toMatchObject({ state: 'canceled', attempts: 1 });
    expect(await chunksOf(id)).toEqual([]);
    expectProblem(await admin.get(`/users/export/${id}/file`), 404, 'export-not-found');
    expectProblem(await admin.post(`/jobs/${id}/retry`), 409, 'job-not-retryable');
  }, 60_000);

  it('fails if whoever started it may no longer do it, and can be retried when they may again', async () => {
    const exporter = await userWithPermissions(running, 'users:export');
    const release = await holdChunk(2);
    const id = await startExport(exporter.api);
    await isHeld();
    const { roles } = await profileOf(admin, idOf(exporter));
    const giveRoles = (...names: string[]): Promise<unknown> =>
      query(database.url, 'update accounts.users set roles = $2 where id = $1', [idOf(exporter), names]);
    await giveRoles('user');
    await release();
    const failed = await jobEnd(admin, id);
    expect(failed).toMatchObject({ state: 'failed', error: 'exceeds-your-permissions' });
    expect(failed.progress?.done).toBeLessThan(USERS);
    await giveRoles(...roles);
    expect((await admin.post(`/jobs/${id}/retry`)).status).toBe(200);
    expect(await jobEnd(admin, id)).toMatchObject({ state: 'completed', attempts: 2 });
    expect(rowsOf(await fileOf(exporter.api, { id })).map((user) => user.id)).toEqual(await allIds());
  });

  it('is started once if it is asked for twice with the same key', async () => {
    const headers = { 'idempotency-key': randomBytes(8).toString('hex') };
    const first = await admin.post<{ jobId: string }>('/users/export', undefined, headers);
    const second = await admin.post<{ jobId: string }>('/users/export', undefined, headers);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    await jobEnd(admin, first.body.jobId);
  });
});

describe('the file of an export', () => {
  it('is for whoever started it, as a download that nobody stores', async () => {
    const { id } = await exportUsers(admin);
    const { headers, body } = await admin.get<string>(`/users/export/${id}/file`);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'application/x-ndjson',
      'content-disposition': expect.stringMatching(/^attachment; filename="users-\d{4}-\d\d-\d\d\.ndjson"$/),
      'content-length': String(Buffer.byteLength(body)),
      'cache-control': 'no-store',
    });
    const other = await userWithPermissions(running, 'users:export', 'jobs:read');
    expectProblem(await other.api.get(`/users/export/${id}/file`), 404, 'export-not-found');
    expectProblem(await admin.get(`/users/export/${NOBODY}/file`), 404, 'export-not-found');
    // That would need neither the permission nor a recent proof.
    expectProblem(await admin.get(`/users/me/export/${id}`), 404, 'export-not-found');
    expectProblem(await api.get(`/users/export/${id}/file`), 401, 'unauthenticated');
    const user = await signUp(api);
    expectProblem(await user.api.get(`/users/export/${id}/file`), 403, 'forbidden');
    const imported = await importFile(admin, NDJSON, ndjson([{ email: anAddress() }]));
    expectProblem(await admin.get(`/users/export/${imported.id}/file`), 404, 'export-not-found');
  });

  it('can be fetched by a server, with a key for it', async () => {
    const create = (permissions: readonly string[]) =>
      admin.post<{ key: string }>('/auth/api-keys', { name: 'Backup', permissions });
    const key = api.as({ accessToken: (await create(['users:export'])).body.key });
    const job = await jobEnd(key, await startExport(key));
    expect(rowsOf(await fileOf(key, job)).length).toBeGreaterThan(USERS);
    const lesser = api.as({ accessToken: (await create(['users:read'])).body.key });
    expectProblem(await lesser.get(`/users/export/${job.id}/file`), 403, 'forbidden');
  });

  it('is recorded when it is started and when it is downloaded, but not when it is only asked about', async () => {
    const { id } = await exportUsers(admin);
    const head = await admin.send('HEAD', `/users/export/${id}/file`);
    const { headers } = await admin.get(`/users/export/${id}/file`);
    expect([head.status, head.headers.get('content-length')]).toEqual([200, headers.get('content-length')]);
    expect(await eventsOf(id)).toEqual(['users.export-started', 'users.exported']);
  });

  it('is sealed, and nothing is left of it in Redis or the outbox', async () => {
    const { id } = await exportUsers(admin);
    const chunks = await chunksOf(id);
    expect(chunks.length).toBeGreaterThan(30);
    expect(chunks.every(({ sealed }) => /^v1\.[\w-]+\.[\w-]+$/.test(sealed))).toBe(true);
    expect(await query(database.url, 'select from accounts.outbox where message_id = $1', [id])).toEqual([]);
  });

  it('breaks off if a part of it is gone, instead of passing for the whole', async () => {
    const { id } = await exportUsers(admin);
    await query(database.url, 'delete from accounts.transfer_chunks where transfer_id = $1 and number = 9', [
      id,
    ]);
    await expect(admin.get(`/users/export/${id}/file`)).rejects.toThrow();
  });

  it('needs a recent proof of who is asking, and is gone after a day', async () => {
    const { id } = await exportUsers(admin);
    running.clock.advance({ minutes: 6 });
    const refreshed = await signIn(api, ADMIN);
    expect((await refreshed.api.get(`/users/export/${id}/file`)).status).toBe(200);
    running.clock.advance({ minutes: 6 });
    expectProblem(await refreshed.api.get(`/users/export/${id}/file`), 401, 'step-up-required');
    expectProblem(await refreshed.api.post('/users/export'), 401, 'step-up-required');
    running.clock.advance({ hours: 23, minutes: 30 });
    const nextDay = await signIn(api, ADMIN);
    expect((await nextDay.api.get(`/users/export/${id}/file`)).status).toBe(200);
    running.clock.advance({ hours: 1 });
    const later = await signIn(api, ADMIN);
    // The purge hasn't run.
    expect((await chunksOf(id)).length).toBeGreaterThan(0);
    expectProblem(await later.api.get(`/users/export/${id}/file`), 404, 'export-not-found');
    const expiry = await query<{ hours: number }>(
      database.url,
      `select distinct extract(epoch from c.expires_at - t.finished_at)::int / 3600 as hours
         from accounts.transfer_chunks c join accounts.transfers t on t.id = c.transfer_id where t.id = $1`,
      [id],
    );
    expect(expiry).toEqual([{ hours: 24 }]);
  });
});

async function allIds(): Promise<string[]> {
  const rows = await query<{ id: string }>(database.url, 'select id from accounts.users order by id');
  return rows.map(({ id }) => id);
}

async function profileOf(caller: ApiClient, id: string): Promise<UserBody> {
  const { body } = await caller.get<UserBody>(`/users/${id}`);
  // Of the copy, it's when it was made.
  return { ...body, updatedAt: '' };
}

function chunksOf(id: string): Promise<{ sealed: string }[]> {
  return query(database.url, 'select sealed from accounts.transfer_chunks where transfer_id = $1', [id]);
}

/** The types of the events about an export. */
async function eventsOf(id: string): Promise<string[]> {
  const rows = await query<{ type: string }>(
    database.url,
    'select type from accounts.audit_events where target = $1 order by type',
    [id],
  );
  return rows.map(({ type }) => type);
}
