import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { idOf, userWithPermissions } from '../support/administration.js';
import { useApiApp } from '../support/api-app.js';
import type { ListBody, UserBody } from '../support/client.js';
import { collectLog } from '../support/collected-log.js';
import { hold } from '../support/fixture.js';
import { signIn, signUp, tokenIn } from '../support/factories.js';
import {
  CSV,
  errorsOf,
  importFile,
  type JobBody,
  jobEnd,
  NDJSON,
  ndjson,
  sendImport,
} from '../support/imports.js';
import { FOREIGN_HASHES, FOREIGN_PASSWORD } from '../support/foreign-hashes.js';
import { expectProblem } from '../support/problems.js';
import { eventually } from '../support/servers.js';
import { query } from '../support/stored.js';
import { ADMIN, useApps, WITH_ADMIN } from '../support/use-app.js';
import { useServers } from '../support/use-servers.js';

const servers = useServers();
const running = useApiApp(WITH_ADMIN, servers);
const { admin, api, database, sink } = running;
useApps({ worker: 'worker', notifications: 'notifications' }, {}, servers);

const anAddress = (): string => `eve.${randomBytes(6).toString('hex')}@acme.test`;

async function userOf(email: string): Promise<UserBody | undefined> {
  const { body } = await admin.get<ListBody<UserBody>>(`/users?email=${encodeURIComponent(email)}`);
  return body.items[0];
}

describe('an import', () => {
  it('creates an account for each row of a CSV file, with everything that the row has', async () => {
    const [first, second] = [anAddress(), anAddress()];
    const file = [
      'email,emailVerified,displayName,locale,timezone,avatarUrl,roles,metadata,appMetadata,status,createdAt,password',
      `${first},true,"Ada ""the"" Lovelace, Countess\nof Lovelace",de-AT,Europe/Vienna,https://acme.com/ada.png,user,"{""theme"":""dark""}","{""plan"":""gold""}",suspended,2020-02-29T12:00:00Z,`,
      `${second},,,,,,,,,,,otters are brave here`,
      '',
    ].join('\r\n');
    const job = await importFile(admin, CSV, file);
    expect(await errorsOf(admin, job)).toEqual([
      { line: 3, pointer: '/displayName', code: 'invalid-name', message: expect.any(String) },
    ]);
    const again = await importFile(admin, CSV, file.replace('Countess\nof', 'Countess of'));
    expect(again).toMatchObject({
      type: 'import-users',
      state: 'completed',
      attempts: 1,
      error: null,
      result: { dryRun: false, imported: 1, skipped: 1, failed: 0 },
    });
    expect(again.progress?.done).toBe(again.progress?.total);
    expect(await userOf(first)).toMatchObject({
      email: first,
      emailVerified: true,
      displayName: 'Ada "the" Lovelace, Countess of Lovelace',
      locale: 'de-AT',
      timezone: 'Europe/Vienna',
      avatarUrl: 'https://acme.com/ada.png',
      roles: ['user'],
      metadata: { theme: 'dark' },
      appMetadata: { plan: 'gold' },
      status: 'suspended',
      createdAt: '2020-02-29T12:00:00.000Z',
    });
    const user = await signIn(api, { email: second, password: 'otters are brave here' });
    expect(user.session.user).toMatchObject({ emailVerified: false, displayName: null, roles: ['user'] });
  });

  it('accepts the password hashes of other systems, with which the users sign in', async () => {
    const rows = FOREIGN_HASHES.map(({ hash }) => ({ email: anAddress(), passwordHash: hash }));
    expect((await importFile(admin, NDJSON, ndjson(rows))).result).toMatchObject({ imported: rows.length });
    for (const { email } of rows) {
      expect((await api.login({ email, password: FOREIGN_PASSWORD })).status).toBe(200);
    }
  });

  it('keeps an ID of NDJSON, and accepts what JSON can say', async () => {
    const id = '0190f9a2-5c1e-7c3b-9d52-6f1d1c1f4a10';
    const email = anAddress();
    const rows = [{ id, email, displayName: null, roles: ['user'], metadata: { a: [1, { b: null }] } }];
    expect((await importFile(admin, NDJSON, `\ufeff${ndjson(rows)}\n\n`)).result).toMatchObject({
      imported: 1,
    });
    expect(await userOf(email)).toMatchObject({ id, metadata: { a: [1, { b: null }] } });
  });

  it('says for each row what is wrong with it, and imports the others', async () => {
    const known = await signUp(api);
    const good = anAddress();
    const job = await importFile(
      admin,
      NDJSON,
      [
        ndjson([{ email: good }, { email: 'nobody' }, {}, { email: anAddress(), age: 3 }]),
        '',
        '{"email":',
        '[]',
        ndjson([
          { email: known.email.toUpperCase() },
          { email: good },
          { email: anAddress(), roles: ['nonesuch'] },
          { email: anAddress(), password: 'password1' },
          { email: anAddress(), password: 'otters are brave', passwordHash: FOREIGN_HASHES[0]?.hash },
          { email: anAddress(), passwordHash: '{SSHA}abc' },
          { email: anAddress(), metadata: { a: 'x'.repeat(17_000) } },
          {
            email: anAddress(),
            locale: '!',
            timezone: 'Mars/Base',
            avatarUrl: 'http://x',
            createdAt: '2999-01-01T00:00:00Z',
          },
          { email: anAddress(), displayName: 'a\u202eb', emailVerified: 'yes', status: 'gone', id: 'x' },
          { email: anAddress(), metadata: { a: 'x'.repeat(103_000) } },
          { email: anAddress(), invite: true, status: 'suspended' },
          { email: anAddress(), id: 'ffffffff-ffff-7fff-bfff-ffffffffffff' },
          {
            email: anAddress(),
            id: '0190f9a2-5c1e-7c3b-9d52-6f1d1c1f4a11',
            createdAt: '2001-01-01T00:00:00Z',
          },
        ]),
      ].join('\n'),
    );
    expect(job).toMatchObject({ state: 'completed', result: { imported: 1, skipped: 2, failed: 16 } });
    const errors = await errorsOf(admin, job);
    expect(errors.map(({ line, pointer, code }) => `${line} ${pointer} ${code}`)).toEqual([
      '2 /email invalid-email',
      '3 /email required',
      '4 /age unknown-member',
      '6  malformed-request',
      '7  wrong-type',
      '8 /email email-taken',
      '9 /email email-taken',
      '10 /roles unknown-role',
      '11 /password weak-password',
      '12 /password conflicting',
      '13 /passwordHash invalid-hash',
      '14 /metadata too-large',
      '15 /locale invalid-locale',
      '15 /timezone invalid-timezone',
      '15 /avatarUrl invalid-url',
      '15 /createdAt invalid-date-time',
      '16 /displayName invalid-name',
      '16 /emailVerified wrong-type',
      '16 /status not-one-of',
      '16 /id invalid-id',
      '17  too-long',
      '18 /invite conflicting',
      '19 /id contradicts-created-at',
      '20 /id contradicts-created-at',
    ]);
    expect(JSON.stringify(errors)).not.toContain('acme.test');
  });

  it('only checks the file in a dry run', async () => {
    const known = await signUp(api);
    const [free, twice] = [anAddress(), anAddress()];
    const rows = [
      { email: free },
      { email: known.email },
      { email: twice },
      { email: twice },
      { email: '?' },
    ];
    const job = await importFile(admin, NDJSON, ndjson(rows), { query: '?dryRun=true' });
    expect(job.result).toEqual({ dryRun: true, imported: 2, skipped: 2, failed: 1 });
    expect(await userOf(free)).toBeUndefined();
    const again = await importFile(admin, NDJSON, ndjson([{ email: known.email }]), {
      query: '?dryRun=true',
    });
    expect(again.result).toMatchObject({ imported: 0, skipped: 1 });
  });

  it('finds in a dry run what an import would, anywhere in the file', async () => {
    const [address, last, id, other] = [anAddress(), anAddress(), v7(), v7()];
    const taken = idOf(await signUp(api));
    const filler = Array.from({ length: 300 }, () => ({ email: anAddress() }));
    const rows = [
      { email: address, id },
      { email: anAddress(), id: taken },
      ...filler,
      { email: anAddress(), id },
      { email: address, id: other, password: 'seven brave otters' },
      // Nobody got it from the row before.
      { email: last, id: other, passwordHash: FOREIGN_HASHES[0]?.hash },
      ...filler.slice(0, 2),
    ];
    const file = ndjson(rows);
    const dry = await importFile(admin, NDJSON, file, { query: '?dryRun=true' });
    const real = await importFile(admin, NDJSON, file);
    expect(real.result).toEqual({ dryRun: false, imported: 302, skipped: 3, failed: 2 });
    expect(dry.result).toEqual({ ...real.result, dryRun: true });
    const reasonsOf = async (job: JobBody): Promise<string[]> =>
      (await errorsOf(admin, job)).map(({ line, pointer, code }) => `${line} ${pointer} ${code}`);
    expect(await reasonsOf(dry)).toEqual([
      '2 /id id-taken',
      '303 /id id-taken',
      '304 /email email-taken',
      '306 /email email-taken',
      '307 /email email-taken',
    ]);
    expect(await reasonsOf(real)).toEqual(await reasonsOf(dry));
    expect((await userOf(last))?.id).toBe(other);
    await signIn(api, { email: last, password: FOREIGN_PASSWORD });
    expect(await query(database.url, 'select from accounts.dry_run_users')).toEqual([]);
  });

  it('is done once if it is sent twice with the same key', async () => {
    const file = ndjson([{ email: anAddress() }]);
    const headers = { 'idempotency-key': randomBytes(8).toString('hex') };
    const first = await sendImport(admin, NDJSON, file, { headers });
    const second = await sendImport(admin, NDJSON, file, { headers });
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    const other = file.replace('eve', 'eva');
    expectProblem(await sendImport(admin, NDJSON, other, { headers }), 422, 'idempotency-key-reused');
    const dry = await sendImport(admin, NDJSON, file, { headers, query: '?dryRun=true' });
    expectProblem(dry, 422, 'idempotency-key-reused');
  });

  it('invites users, who then choose a password', async () => {
    const email = anAddress();
    await importFile(admin, CSV, `email,invite\n${email},true`);
    const mail = await eventually(() => {
      const [received] = sink.mailsTo(email);
      expect(received).toBeDefined();
      return received;
    });
    const password = 'invited otters are brave';
    const reset = await api.post('/auth/password/reset', { token: tokenIn(mail), password });
    expect(reset.status).toBe(204);
    expect((await api.login({ email, password })).status).toBe(200);
  });

  it.each([
    [String.raw`{""a"":""\u0000""}`, '/metadata/a unstorable'],
    [String.raw`{""\ud800"":1}`, '/metadata/\ufffd unstorable'],
    ['{""__proto__"":{""admin"":true}}', '/metadata/__proto__ unknown-member'],
    [`{""a"":${'['.repeat(40)}${']'.repeat(40)}}`, ' too-deep'],
    [`${'['.repeat(20_000)}12345678901234567890${']'.repeat(20_000)}`, ' too-deep'],
    ['{""a"":1e999}', '/metadata/a out-of-range'],
    ['{""a"":12345678901234567890}', '/metadata/a out-of-range'],
    ['[1]', '/metadata wrong-type'],
    ['{', '/metadata wrong-type'],
  ])('keeps the rules of JSON in a cell of a CSV file: %.40s', async (metadata, reason) => {
    const good = anAddress();
    const file = `email,metadata\n${anAddress()},"${metadata}"\n${good},"{""a"":1.5e3}"\n`;
    const job = await importFile(admin, CSV, file);
    expect(job.result).toMatchObject({ imported: 1, failed: 1 });
    const errors = await errorsOf(admin, job);
    expect(errors.map(({ pointer, code }) => `${pointer} ${code}`)).toEqual([reason]);
    expect((await userOf(good))?.metadata).toEqual({ a: 1500 });
  });

  it('keeps the rules of JSON in texts that a mapping opens', async () => {
    const good = anAddress();
    const rows = [
      { e: anAddress(), raw: '{"a":"\\u0000"}' },
      { e: good, raw: '{"a":1,"unused":12345678901234567890}' },
      { e: anAddress(), raw: '{"a":12345678901234567890}' },
    ];
    const headers = { 'import-mapping': '{"email":"{e}","metadata.x":"{raw.a}"}' };
    const job = await importFile(admin, NDJSON, ndjson(rows), { headers });
    expect(
      (await errorsOf(admin, job)).map(({ line, pointer, code }) => `${line} ${pointer} ${code}`),
    ).toEqual(['1 /metadata/x unstorable', '3 /metadata/x out-of-range']);
    expect((await userOf(good))?.metadata).toEqual({ x: 1 });
  });

  it('reads a mapping as UTF-8', async () => {
    const email = anAddress();
    const mapping = '{"email":"{e}","displayName":"Jörg","metadata.größe":"{größe}"}';
    const headers = { 'import-mapping': Buffer.from(mapping).toString('latin1') };
    const job = await importFile(admin, NDJSON, ndjson([{ e: email, größe: 'XL' }]), { headers });
    expect(await errorsOf(admin, job)).toEqual([]);
    expect(await userOf(email)).toMatchObject({ displayName: 'Jörg', metadata: { größe: 'XL' } });
    const latin = { 'import-mapping': mapping };
    expectProblem(
      await sendImport(admin, NDJSON, ndjson([{ e: email }]), { headers: latin }),
      400,
      'invalid-input',
    );
  });

  it('records who has got more than the role of everyone', async () => {
    const [plain, chief] = [anAddress(), anAddress()];
    const job = await importFile(
      admin,
      NDJSON,
      ndjson([{ email: plain }, { email: chief, roles: ['user', 'admin'] }]),
    );
    const eventsOf = async (filter: string) =>
      (await admin.get<ListBody<{ type: string; changes: unknown }>>(`/audit-events?${filter}`)).body.items;
    const ids = await Promise.all([plain, chief].map(async (email) => (await userOf(email))?.id));
    expect(await eventsOf(`subjectId=${ids[0]}`)).toEqual([]);
    expect(await eventsOf(`subjectId=${ids[1]}`)).toMatchObject([{ type: 'user.created' }]);
    expect(await eventsOf('type=users.imported&limit=1')).toMatchObject([
      { target: job.id, changes: { imported: { from: 0, to: 2 } } },
    ]);
  });

  it('gives nobody the ID of someone who was deleted', async () => {
    const gone = idOf(await signUp(api));
    expect((await admin.delete(`/users/${gone}`)).status).toBe(202);
    await eventually(async () => expect((await admin.get(`/users/${gone}`)).status).toBe(404));
    for (const options of [{ query: '?dryRun=true' }, {}]) {
      const job = await importFile(
        admin,
        NDJSON,
        ndjson([{ email: anAddress(), id: gone }, { email: anAddress() }]),
        options,
      );
      expect(job.result).toMatchObject({ imported: 1, failed: 1 });
      expect(await errorsOf(admin, job)).toMatchObject([{ line: 1, pointer: '/id', code: 'id-taken' }]);
    }
  });

  it('whose file arrives slowly keeps no other request of its administrator waiting', async () => {
    const { session } = await signIn(api, ADMIN);
    const uploads = Array.from({ length: 6 }, () => {
      const upload = request(`${api.url}/v2/users/import`, {
        method: 'POST',
        headers: { authorization: `Bearer ${session.accessToken}`, 'content-type': NDJSON },
      });
      upload.on('error', () => undefined);
      upload.write('{"email":');
      return hold(upload, () => upload.destroy());
    });
    await Promise.all(uploads);
    await eventually(async () =>
      expect(
        await query(database.url, `select from accounts.transfers where state = 'receiving'`),
      ).toHaveLength(4),
    );
    const startedAt = performance.now();
    expect((await admin.get('/users?limit=1')).status).toBe(200);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  it.each([
    ['text/plain', 'email'],
    ['application/json', '{'],
    ['application/merge-patch+json', '{}'],
  ])('is refused as %s, and says what to send', async (type, file) => {
    const { detail } = expectProblem(await sendImport(admin, type, file), 415, 'unsupported-media-type');
    expect(detail).toBe('Send the file as text/csv or application/x-ndjson, in UTF-8 and uncompressed.');
  });

  it('is refused at once if the file would be too large', async () => {
    const { session } = await signIn(api, ADMIN);
    const upload = request(`${api.url}/v2/users/import`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${session.accessToken}`,
        'content-type': CSV,
        'content-length': 600_000_000,
      },
    });
    await hold(upload, () => upload.destroy());
    upload.on('error', () => undefined);
    upload.write('email');
    const [{ statusCode }] = (await once(upload, 'response')) as [IncomingMessage];
    expect(statusCode).toBe(413);
  });

  it('gives roles only if the administrator may', async () => {
    const importer = await userWithPermissions(running, 'users:write');
    const rows = [
      { email: anAddress(), roles: ['admin'] },
      { email: anAddress(), roles: ['user'] },
    ];
    const job = await importFile(importer.api, NDJSON, ndjson(rows));
    expect(job.result).toMatchObject({ imported: 1, failed: 1 });
    expect(await errorsOf(importer.api, job)).toEqual([
      { line: 1, pointer: '/roles', code: 'exceeds-your-permissions', message: expect.any(String) },
    ]);
    expect((await importFile(admin, NDJSON, ndjson(rows))).result).toMatchObject({ imported: 1, skipped: 1 });
  });

  it('leaves out addresses that someone else is about to change to, unless they are proven', async () => {
    const email = anAddress();
    const owner = await signUp(api);
    await query(database.url, 'update accounts.users set email_verified = true where id = $1', [
      owner.session.user.id,
    ]);
    expect((await owner.api.post('/auth/email/change', { newEmail: email })).status).toBe(202);
    const dryRun = { query: '?dryRun=true' };
    const unproven = ndjson([{ email }, { email: anAddress() }]);
    expect((await importFile(admin, NDJSON, unproven, dryRun)).result).toMatchObject({
      imported: 1,
      skipped: 1,
    });
    expect((await importFile(admin, NDJSON, unproven)).result).toMatchObject({ imported: 1, skipped: 1 });
    expect(await userOf(email)).toBeUndefined();
    const proven = ndjson([{ email, emailVerified: true }]);
    expect((await importFile(admin, NDJSON, proven)).result).toMatchObject({ imported: 1, skipped: 0 });
  });

  it('reads what other products export through a mapping', async () => {
    const email = anAddress();
    const rows = [
      {
        username: email,
        firstName: 'Grace',
        enabled: false,
        confirmed: '2021-01-01 10:00:00+00',
        credentials: [{ secretData: '{"value":"aGFzaA=="}', credentialData: { rounds: 4 } }],
        locale: ['de'],
        unused: true,
      },
    ];
    const mapping = {
      email: '{username}',
      displayName: '{firstName} {lastName|}',
      status: '{enabled?active:suspended}',
      emailVerified: '{confirmed?true:false}',
      locale: '{locale.0|en}',
      appMetadata: '{nothing}',
      metadata: '{"hash":"{credentials.0.secretData.value}","rounds":{credentials.0.credentialData.rounds}}',
    };
    const refused = await sendImport(admin, NDJSON, ndjson(rows), {
      headers: { 'import-mapping': JSON.stringify(mapping) },
    });
    expectProblem(refused, 400, 'invalid-input');
    const { metadata: _, ...rest } = mapping;
    const job = await importFile(admin, NDJSON, ndjson(rows), {
      headers: { 'import-mapping': JSON.stringify({ ...rest, metadata: '{credentials.0.credentialData}' }) },
    });
    expect(await errorsOf(admin, job)).toEqual([]);
    expect(await userOf(email)).toMatchObject({
      displayName: 'Grace',
      status: 'suspended',
      emailVerified: true,
      locale: 'de',
      metadata: { rounds: 4 },
    });
  });

  it.each([
    ['an empty file', NDJSON, '', 'The file is empty'],
    ['a CSV file without addresses', CSV, 'name\nAda', 'names of the columns'],
    ['a CSV file with a column that no user has', CSV, 'email,age\nx,3', 'names of the columns'],
    ['a CSV file with a column twice', CSV, 'email,email\nx,y', 'a column twice'],
  ])('is refused at once for %s', async (_, type, file, detail) => {
    const answer = await sendImport(admin, type, file);
    expectProblem(answer, 400, 'invalid-input');
    expect(answer.body.detail).toContain(detail);
  });

  it.each([
    ['JSON', '{}'],
    ['no mapping', '[]'],
    ['a mapping with the address', '{"displayName":"{name}"}'],
    ['a mapping to known fields', '{"email":"{e}","age":"{age}"}'],
    ['templates', '{"email":3}'],
    ['closed braces', '{"email":"{e"}'],
  ])('is refused if Import-Mapping is not %s', async (_, mapping) => {
    const headers = { 'import-mapping': mapping };
    expectProblem(await sendImport(admin, NDJSON, '{}', { headers }), 400, 'invalid-input');
  });

  it('is refused in other formats, and by other operations', async () => {
    expectProblem(await sendImport(admin, 'application/json', '{}'), 415, 'unsupported-media-type');
    expectProblem(await sendImport(admin, 'text/plain', 'email'), 415, 'unsupported-media-type');
    const elsewhere = await admin.send('POST', '/users', { headers: { 'content-type': CSV }, body: 'email' });
    expectProblem(elsewhere, 415, 'unsupported-media-type');
    const user = await signUp(api);
    expectProblem(await sendImport(user.api, CSV, 'email\n'), 403, 'forbidden');
    expectProblem(await sendImport(api, CSV, 'email\n'), 401, 'unauthenticated');
  });

  it('stops where a CSV file cannot be read on, and keeps what came before', async () => {
    const email = anAddress();
    const job = await importFile(admin, CSV, `email,displayName\n${email},Ada\nx@acme.test,"Grace\n`);
    expect(job).toMatchObject({ state: 'failed', error: 'malformed-file' });
    expect(await errorsOf(admin, job)).toMatchObject([{ line: 3, code: 'malformed' }]);
    expect(await userOf(email)).toMatchObject({ displayName: 'Ada' });
  });

  it('is not shown to others, except to those who may read jobs', async () => {
    const job = await importFile(admin, NDJSON, ndjson([{ email: anAddress() }]));
    const user = await signUp(api);
    expectProblem(await user.api.get(`/jobs/${job.id}`), 404, 'job-not-found');
    expectProblem(await user.api.get(`/users/import/${job.id}/errors`), 403, 'forbidden');
    const reader = await userWithPermissions(running, 'jobs:read');
    expect((await reader.api.get<JobBody>(`/jobs/${job.id}`)).body).toEqual(job);
  });

  it('leaves nothing of a file that did not arrive, and is no error of the server', async () => {
    const { session } = await signIn(api, ADMIN);
    const log = collectLog();
    const upload = request(`${api.url}/v2/users/import`, {
      method: 'POST',
      headers: { 'content-type': NDJSON, authorization: `Bearer ${session.accessToken}` },
    });
    upload.on('error', () => undefined);
    upload.write(ndjson([{ email: anAddress() }]));
    const receiving = `select from accounts.transfers where state = 'receiving'`;
    await eventually(async () => expect(await query(database.url, receiving)).toHaveLength(1));
    upload.destroy();
    await eventually(async () => expect(await query(database.url, receiving)).toEqual([]));
    expect(log.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('leaves no trace of its file', async () => {
    const email = anAddress();
    const { id } = await importFile(admin, NDJSON, ndjson([{ email }]));
    expect(
      await query(database.url, 'select from accounts.transfer_chunks where transfer_id = $1', [id]),
    ).toEqual([]);
    expect(await query(database.url, 'select from accounts.outbox where message_id = $1', [id])).toEqual([]);
  });
});

describe('jobs', () => {
  it('are listed newest first, page by page, by type and state', async () => {
    const { id: older } = await importFile(admin, NDJSON, ndjson([{ email: anAddress() }]));
    const user = await signUp(api);
    const { body } = await user.api.delete<{ jobId: string }>('/users/me');
    const { id: newer } = await importFile(admin, CSV, 'email\n"');
    const first = await admin.get<ListBody<JobBody>>('/jobs?limit=2&total=true');
    expect(first.body.items.map(({ id }) => id)).toEqual([newer, body.jobId]);
    expect(first.body.page.total).toBeGreaterThanOrEqual(3);
    const cursor = String(first.body.page.nextCursor);
    const second = await admin.get<ListBody<JobBody>>(`/jobs?limit=2&cursor=${cursor}`);
    expect(second.body.items[0]?.id).toBe(older);
    const back = await admin.get<ListBody<JobBody>>(
      `/jobs?limit=2&cursor=${String(second.body.page.previousCursor)}`,
    );
    expect(back.body.items).toEqual(first.body.items);
    const failed = await admin.get<ListBody<JobBody>>('/jobs?state=failed&limit=1');
    expect(failed.body.items.map(({ id }) => id)).toEqual([newer]);
    const deletions = await admin.get<ListBody<JobBody>>('/jobs?type=delete-account&state=waiting&limit=1');
    expect(deletions.body.items.map(({ id }) => id)).toEqual([body.jobId]);
    expect((await admin.get<ListBody<JobBody>>('/jobs?type=nothing')).body.items).toEqual([]);
  });

  it('can be canceled until they are over, by administrators', async () => {
    const user = await signUp(api);
    const { body } = await user.api.delete<{ jobId: string }>('/users/me');
    const again = await signIn(api, user);
    expectProblem(await again.api.delete(`/jobs/${body.jobId}`), 403, 'forbidden');
    expect((await admin.delete(`/jobs/${body.jobId}`)).status).toBe(204);
    expect((await jobEnd(admin, body.jobId)).state).toBe('canceled');
    expectProblem(await admin.delete(`/jobs/${body.jobId}`), 409, 'job-is-over');
    expectProblem(await admin.post(`/jobs/${body.jobId}/retry`), 409, 'job-not-retryable');
    const nobody = '0197f9a2-5c1e-7c3b-9d52-6f1d1c1f4a10';
    expectProblem(await admin.delete(`/jobs/${nobody}`), 404, 'job-not-found');
    expectProblem(await admin.post(`/jobs/${nobody}/retry`), 404, 'job-not-found');
    const finished = await importFile(admin, NDJSON, ndjson([{ email: anAddress() }]));
    expectProblem(await admin.delete(`/jobs/${finished.id}`), 409, 'job-is-over');
    expectProblem(await admin.post(`/jobs/${finished.id}/retry`), 409, 'job-not-retryable');
  });

  it('can be retried if they failed', async () => {
    const { id } = await importFile(admin, CSV, `email\n${anAddress()}\n"`);
    const retried = await admin.post<JobBody>(`/jobs/${id}/retry`);
    expect(retried.body).toMatchObject({ state: 'waiting', error: null, finishedAt: null });
    const job = await jobEnd(admin, id);
    // The rows before are not read again.
    expect(job).toMatchObject({ state: 'failed', attempts: 2, result: { imported: 1, skipped: 0 } });
  });
});
