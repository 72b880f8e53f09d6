import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { ListBody, SessionBody, UserBody } from '../support/client.js';
import { newKey } from '../support/environment.js';
import { aUser, type SignedUp, signIn, signUp, tokenIn } from '../support/factories.js';
import { hold, useFixture } from '../support/fixture.js';
import { bash, commandsUnder } from '../support/guide-commands.js';
import { startPackagedPostgres } from '../support/packaged-postgres.js';
import { eventually, redisUrl, type RunningApp, spawnApp, startSmtpSink } from '../support/servers.js';
import { setting } from '../support/setting.js';
import { query } from '../support/stored.js';
import { useTemporaryFolder } from '../support/temporary-folder.js';
import { ADMIN, WITH_ADMIN } from '../support/use-app.js';

const GUIDE = 'docs/guides/back-up-and-restore.md';

// Starts the application and programs of PostgreSQL several times, on machines that may be busy.
const TIMEOUT_MS = 120_000;
jest.setTimeout(TIMEOUT_MS);

const folder = useTemporaryFolder();

describe('the guide to backups, for a deployment with two databases', () => {
  const server = useFixture(() => hold(startPackagedPostgres(), ({ dispose }) => dispose()));
  const sink = useFixture(() => hold(startSmtpSink(), (started) => started.stop()));
  const key = { 'Idempotency-Key': 'before-the-backup' };
  const [bob, cleo] = [aUser(), aUser()];
  let env: Record<string, string> & { DATABASE_URL: string; REDIS_URL: string };
  let app: RunningApp;
  let ada: SignedUp;
  let idle: SignedUp;
  let refreshed: SignedUp;
  let refreshedLater: SessionBody;
  let signedOut: SignedUp;
  let checks: string;

  const run = (script: string): Promise<string> =>
    bash(script, { ...env, PATH: `${server.programs}:${process.env['PATH']}` });
  const start = (): Promise<RunningApp> => hold(spawnApp('all', env), (running) => running.kill());
  const mailsToAda = () => sink.mailsTo(ada.email);

  async function prepare(): Promise<void> {
    const keys = join(folder.path, 'keys');
    mkdirSync(keys);
    const files = ['JWT_PRIVATE_KEYS', 'ENCRYPTION_KEYS', 'BLIND_INDEX_KEYS'].flatMap((name) => {
      writeFileSync(join(keys, name), setting(`TEST_${name}`));
      return [
        [name, ''],
        [`${name}_FILE`, join(keys, name)],
      ];
    });
    for (const name of ['gatehouse', 'notifications']) {
      await query(`${server.url}/postgres`, `create database ${name}`);
    }
    env = {
      ...WITH_ADMIN,
      ...Object.fromEntries(files),
      SERVER: server.url,
      DATABASE_URL: `${server.url}/gatehouse`,
      NOTIFICATIONS_DATABASE_URL: `${server.url}/notifications`,
      REDIS_URL: await redisUrl(),
      SMTP_URL: sink.url,
      BACKUP: join(folder.path, 'backup'),
      KEYS: keys,
      KEYS_BACKUP: join(folder.path, 'keys-backup'),
      // The issuer of tokens, whatever port the process gets.
      PUBLIC_URL: 'http://localhost:3000',
    };
  }

  /** Ada has a mail that waits, and several devices. */
  async function useBeforeTheBackup(): Promise<void> {
    sink.behave('defer');
    app = await start();
    ada = await signUp(app.api, { displayName: 'Ada' });
    const devices = [signIn(app.api, ada), signIn(app.api, ada), signIn(app.api, ada)] as const;
    [idle, refreshed, signedOut] = await Promise.all(devices);
    await app.api.post('/auth/register', bob, key);
    await eventually(() => expect(sink.attempts).toBeGreaterThan(1));
  }

  async function useAfterTheBackup(): Promise<void> {
    sink.behave('accept');
    await app.api.register(cleo);
    await ada.api.patch('/users/me', { displayName: 'Countess' });
    refreshedLater = (await app.api.refresh(refreshed.session.refreshToken)).body;
    await signedOut.api.post('/auth/logout');
    await eventually(() => expect(mailsToAda()).toHaveLength(1));
  }

  async function loseEverything(): Promise<void> {
    await app.kill();
    for (const name of ['gatehouse', 'notifications']) {
      await query(`${server.url}/postgres`, `drop database ${name} with (force)`);
    }
    rmSync(env['KEYS'] ?? '', { recursive: true });
  }

  beforeAll(async () => {
    await prepare();
    await useBeforeTheBackup();
    await run(commandsUnder(GUIDE, 'Back up'));
    await useAfterTheBackup();
    await loseEverything();
    checks = await run(commandsUnder(GUIDE, 'Restore'));
    env = {
      ...env,
      DATABASE_URL: `${server.url}/gatehouse_restored`,
      NOTIFICATIONS_DATABASE_URL: `${server.url}/notifications_restored`,
    };
    app = await start();
  }, TIMEOUT_MS);

  it('shows how to check that keys and data belong together', () => {
    expect(checks).toContain(`active     ${ADMIN.email}`);
    expect(checks).toMatch(/accounts \|.*newest[\s\S]+ 3 \|/);
  });

  it('notices with that check that the keys are of another deployment', async () => {
    const other = { ENCRYPTION_KEYS_FILE: '', ENCRYPTION_KEYS: newKey('other') };
    const list = bash('node dist/src/admin.js list', { ...env, ...other, PATH: process.env['PATH'] ?? '' });
    await expect(list).rejects.toThrow('unknown encryption key "k1"');
  });

  it('brings back accounts: they can sign in and be found', async () => {
    const { api } = await signIn(app.api, ada);
    expect((await api.me()).body).toMatchObject({ displayName: 'Ada' });
    const admin = await signIn(app.api, ADMIN);
    const found = await admin.api.get<ListBody<UserBody>>(`/users?email=${encodeURIComponent(ada.email)}`);
    expect(found.body.items.map(({ id }) => id)).toEqual([ada.session.user.id]);
  });

  it('sends the mails that waited, with the same Message-ID, and their links work', async () => {
    await eventually(() => expect(mailsToAda()).toHaveLength(2), { timeoutMs: 30_000 });
    const [first, second] = mailsToAda();
    expect(second?.messageId).toBe(first?.messageId);
    expect((await app.api.verify(tokenIn(second))).status).toBe(204);
  });

  it('lets devices go on that have not refreshed since', async () => {
    expect((await app.api.as(idle.session).me()).status).toBe(200);
    expect((await app.api.refresh(idle.session.refreshToken)).status).toBe(200);
  });

  it('does not know tokens from after the backup, and does not take them for stolen', async () => {
    const { status, body } = await app.api.refresh(refreshedLater.refreshToken);
    expect([status, body.code]).toEqual([401, 'invalid-refresh-token']);
    expect((await app.api.as(refreshedLater).me()).status).toBe(200);
    // The guide warns of this.
    expect((await app.api.refresh(refreshed.session.refreshToken)).status).toBe(200);
  });

  it('undoes sign-ups and sign-outs', async () => {
    expect((await app.api.login(cleo)).status).toBe(401);
    expect((await app.api.register(cleo)).status).toBe(201);
    expect((await app.api.refresh(signedOut.session.refreshToken)).status).toBe(200);
  });

  it('replays responses to idempotency keys from before the backup', async () => {
    const replay = await app.api.post('/auth/register', bob, key);
    expect([replay.status, replay.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
  });

  it('can end all sessions', async () => {
    const { session } = await signIn(app.api, ada);
    await app.stop();
    await run(commandsUnder(GUIDE, 'End all sessions'));
    app = await start();
    expect((await app.api.refresh(session.refreshToken)).status).toBe(401);
    expect((await app.api.as(session).me()).status).toBe(401);
    expect((await app.api.login(ada)).status).toBe(200);
  });
});
