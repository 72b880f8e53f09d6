import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Global, Module } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { v7 } from 'uuid';
import { type Jobs, JOBS, type MessageData, type MessageType } from '#libs/contracts';
import { Sealer } from '#libs/crypto';
import { JobQueue, JobRunnerModule, Queues, Tick } from '#libs/queue';
import { AppConfig } from '../../config/index.js';
import { type BackgroundApp, databaseOf, startBackgroundApp } from '../../test/support/background-app.js';
import {
  eventually,
  redisUrl,
  type SmtpSink,
  startSmtpSink,
  type TestDatabase,
} from '../../test/support/servers.js';
import { NOTIFICATIONS_ENTITIES } from './index.js';
import { NotificationsJobsModule } from './notifications.jobs.module.js';
import { PurgeNotificationsService } from './purge-notifications.service.js';

const entities = [...NOTIFICATIONS_ENTITIES];
const backoff = { baseMs: 50, capMs: 100, jitter: 0 };
/** As in production, but for the waiting. */
const jobs = {
  ...JOBS,
  'send-mail': { ...JOBS['send-mail'], backoff },
  'deliver-to-notifications': { ...JOBS['deliver-to-notifications'], backoff },
};
const link = 'https://app.example.com/verify-email?token=a-secret-token';
const HOUR_MS = 3_600_000;

let sink: SmtpSink;
let database: TestDatabase;
let redis: string;
let app: BackgroundApp;

beforeAll(async () => {
  [sink, database] = await Promise.all([startSmtpSink(), databaseOf(entities)]);
});
beforeEach(async () => {
  redis = await redisUrl();
  sink.behave('accept');
  sink.clear();
  app = await start();
  await eventually(() => {
    expect(queue().isReady).toBe(true);
  });
});
afterEach(async () => {
  await sql('delete from notifications.outbox');
  await app.close();
});
afterAll(() => Promise.all([sink.stop(), database.drop()]));

describe('the command send-notification', () => {
  it('becomes a mail with an id that follows from the command, and leaves nothing secret behind', async () => {
    const id = await deliver('send-notification', command());
    await eventually(async () => expect((await delivery(id)).state).toBe('sent'));
    expect(sink.mails).toHaveLength(1);
    expect(sink.mails[0]).toMatchObject({
      envelope: { to: ['ada@example.com'] },
      messageId: `<${id}@id.example.com>`,
      subject: 'Confirm your e-mail address',
      text: expect.stringContaining(link),
    });
    expect(await delivery(id)).toMatchObject({
      sealed: null,
      claimed_until: null,
      last_error: null,
      attempts: 1,
    });
    expect(await sql('select * from notifications.outbox')).toEqual([]);
  });

  it('is answered in the language of the person', async () => {
    await deliver('send-notification', command({ locale: 'de-AT' }));
    await eventually(() => {
      expect(sink.mails[0]?.subject).toBe('Bestätigen Sie Ihre E-Mail-Adresse');
    });
  });

  it('has its effect once, however often it comes, and is confirmed each time', async () => {
    const id = v7();
    await deliver('send-notification', command(), id);
    await eventually(() => {
      expect(sink.mails).toHaveLength(1);
    });
    await deliver('send-notification', command(), id);
    await eventually(async () => expect(await confirmations()).toEqual([id, id]));
    await idle();
    expect(sink.attempts).toBe(1);
  });

  it('is a dead letter at once when it can not be read, and tells nothing of what is in it', async () => {
    const bad = { ...command(), template: 'ada@example.com' } as unknown as MessageData<'send-notification'>;
    await deliver('send-notification', bad);
    const [letter] = await eventually(async () => {
      const found = await app.get(Queues).get('deliver-to-notifications').getFailed();
      expect(found).toHaveLength(1);
      return found;
    });
    expect(letter).toMatchObject({
      attemptsMade: 1,
      failedReason: 'not a valid SendNotification: template (isIn)',
    });
    expect(JSON.stringify(letter)).not.toContain('ada@example.com');
  });
});

describe('when SMTP', () => {
  it('is down, the mail goes out once it is back, and once only', async () => {
    await sink.stop();
    const id = await deliver('send-notification', command());
    await eventually(async () => expect((await delivery(id)).attempts).toBeGreaterThan(2));
    expect((await delivery(id)).last_error).toContain('deferred: CONN ECONNREFUSED');
    await sink.start();
    await eventually(async () => expect((await delivery(id)).state).toBe('sent'));
    await idle();
    expect(sink.attempts).toBe(1);
  });

  it('defers, the mail is tried again', async () => {
    sink.behave('defer');
    const id = await deliver('send-notification', command());
    await eventually(() => {
      expect(sink.attempts).toBeGreaterThan(1);
    });
    sink.behave('accept');
    await eventually(async () => expect((await delivery(id)).state).toBe('sent'));
    expect(sink.mails).toHaveLength(1);
  });

  it('refuses for good, the mail is not tried again', async () => {
    sink.behave('reject');
    const id = await deliver('send-notification', command());
    await eventually(async () => expect((await delivery(id)).state).toBe('failed'));
    await idle();
    expect(sink.attempts).toBe(1);
    expect(await delivery(id)).toMatchObject({ sealed: null, last_error: '550 DATA EMESSAGE' });
    expect(await sql('select * from notifications.outbox')).toEqual([]);
    expect(await app.get(Queues).get('send-mail').getFailedCount()).toBe(1);
  });

  it('leaves the outcome open, the mail is repeated under the same Message-ID', async () => {
    sink.behave('drop');
    const id = await deliver('send-notification', command());
    await eventually(() => {
      expect(sink.attempts).toBe(1);
    });
    sink.behave('accept');
    await eventually(async () => expect((await delivery(id)).state).toBe('sent'));
    expect(sink.mails.map(({ messageId }) => messageId)).toEqual(
      Array(sink.mails.length).fill(`<${id}@id.example.com>`),
    );
    expect(sink.mails.length).toBeGreaterThanOrEqual(2);
  });
});

describe('a delivery', () => {
  it('that is claimed by a run which died is sent when the claim has lapsed', async () => {
    await sink.stop();
    const id = await deliver('send-notification', command());
    await eventually(async () => expect((await delivery(id)).attempts).toBeGreaterThan(0));
    const claim = `update notifications.deliveries set state = 'sending', attempts = attempts + 1,
                   claimed_until = now() + interval '700 milliseconds' where id = '${id}' and state = 'pending' returning 1`;
    await eventually(async () => expect(await sql(claim)).toHaveLength(1));
    const { attempts } = await delivery(id);
    await sink.start();
    const startedAt = Date.now();
    await eventually(async () => expect((await delivery(id)).state).toBe('sent'));
    expect(Date.now() - startedAt).toBeGreaterThan(300);
    expect(await delivery(id)).toMatchObject({ attempts: attempts + 1 });
    expect(sink.mails).toHaveLength(1);
  });

  it('that is final is left alone by a job that comes again', async () => {
    const id = await deliver('send-notification', command());
    await eventually(async () => expect((await delivery(id)).state).toBe('sent'));
    await queue().enqueue('send-mail', { deliveryId: id });
    await queue().enqueue('send-mail', { deliveryId: v7() });
    await idle();
    expect(sink.attempts).toBe(1);
    expect(await app.get(Queues).get('send-mail').getFailedCount()).toBe(0);
  });

  it('whose time is up is not sent', async () => {
    const id = await deliver('send-notification', command({ expiresInMs: -1_000 }));
    await eventually(async () => expect((await delivery(id)).state).toBe('expired'));
    expect(sink.attempts).toBe(0);
    expect(await delivery(id)).toMatchObject({ sealed: null });
    expect(await sql('select * from notifications.outbox')).toEqual([]);
  });

  it('is not lost with Redis', async () => {
    await app.get(Queues).get('send-mail').pause();
    const id = await deliver('send-notification', command());
    await eventually(async () =>
      expect(await sql('select * from notifications.outbox where attempts > 0')).toHaveLength(1),
    );
    await app.get(Queues).connections.client.flushdb();
    expect(sink.attempts).toBe(0);
    await sql('update notifications.outbox set next_at = now()');
    await eventually(async () => expect((await delivery(id)).state).toBe('sent'));
    expect(sink.mails).toHaveLength(1);
  });
});

describe('events of users', () => {
  it('keep the recipient up to date, whatever the order in which they come', async () => {
    const userId = v7();
    await deliver('user.updated', snapshot({ version: 3, displayName: 'Ada L.' }), v7(), userId);
    await eventually(async () => expect(await recipients(userId)).toHaveLength(1));
    await deliver('user.registered', snapshot({ version: 1, displayName: 'Ada' }), v7(), userId);
    await eventually(async () => expect(await confirmations()).toHaveLength(2));
    expect(await recipients(userId)).toMatchObject([
      { version: 3, display_name: 'Ada L.', email_verified: false },
    ]);
    await deliver('user.email-verified', snapshot({ version: 4, emailVerified: true }), v7(), userId);
    await eventually(async () =>
      expect(await recipients(userId)).toMatchObject([{ version: 4, email_verified: true }]),
    );
    const [row] = await recipients(userId);
    expect(JSON.stringify(row)).not.toContain('ada@example.com');
    expect(app.get(Sealer).open(row?.email ?? '', `recipient:${userId}:email`)).toBe('ada@example.com');
  });
});

describe('the purge', () => {
  it('ends what is overdue, and forgets what is old and nothing else', async () => {
    await app.get(Queues).get('send-mail').pause();
    const [overdue, waiting] = [
      await deliver('send-notification', command({ expiresInMs: HOUR_MS })),
      await deliver('send-notification', command()),
    ];
    await eventually(async () =>
      expect(
        await sql('select * from notifications.deliveries where id in (?, ?)', [overdue, waiting]),
      ).toHaveLength(2),
    );
    await sql(`update notifications.deliveries set expires_at = now() - interval '1 minute' where id = ?`, [
      overdue,
    ]);
    await insertFinal('sent', 91);
    await insertFinal('failed', 89);
    await sql(
      `insert into notifications.inbox values (?, now() - interval '31 days'), (?, now() - interval '29 days')`,
      [v7(), v7()],
    );
    const before = await sql('select * from notifications.inbox');
    await app.get(PurgeNotificationsService).purge(new AbortController().signal);
    expect(await delivery(overdue)).toMatchObject({ state: 'expired', sealed: null });
    expect(await delivery(waiting)).toMatchObject({ state: 'pending' });
    expect(await sql('select message_id from notifications.outbox')).toEqual([{ message_id: waiting }]);
    expect(await sql(`select * from notifications.deliveries where template = 'old-sent'`)).toHaveLength(0);
    expect(await sql(`select * from notifications.deliveries where template = 'old-failed'`)).toHaveLength(1);
    expect(await sql('select * from notifications.inbox')).toHaveLength(before.length - 1);
  });

  it('runs by itself', async () => {
    await eventually(async () =>
      expect(await app.get(Queues).get('purge-notifications').getCompletedCount()).toBe(1),
    );
    const [job] = await app.get(Queues).get('purge-notifications').getCompleted();
    expect(Object.keys(job?.data as Tick)).toEqual(['startsAt']);
  });
});

function start(): Promise<BackgroundApp> {
  const config = {
    publicUrl: 'https://id.example.com',
    mail: { smtpUrl: sink.url, from: 'no-reply@id.example.com' },
  };
  @Global()
  @Module({ providers: [{ provide: AppConfig, useValue: config }], exports: [AppConfig] })
  class FakeConfigModule {}
  return startBackgroundApp({
    jobs,
    redisUrl: redis,
    database: { url: database.url, entities },
    imports: [FakeConfigModule, NotificationsJobsModule, JobRunnerModule.forRole('notifications')],
  });
}

/** As the relay of accounts would. @returns the message's id */
async function deliver<T extends MessageType>(
  type: T,
  data: MessageData<T>,
  messageId = v7(),
  subject = v7(),
): Promise<string> {
  const sealed = app.get(Sealer).sealJson(data, `outbox:${messageId}`);
  const occurredAt = new Date().toISOString();
  await queue().enqueue('deliver-to-notifications', { messageId, type, subject, occurredAt, sealed });
  return messageId;
}

function command({ locale = 'en', expiresInMs = 24 * HOUR_MS } = {}): MessageData<'send-notification'> {
  return {
    template: 'verify-email',
    to: { userId: v7(), email: 'ada@example.com', displayName: 'Ada', locale },
    data: { link },
    expiresAt: new Date(Date.now() + expiresInMs).toISOString(),
  };
}

function snapshot(change: Partial<MessageData<'user.updated'>>): MessageData<'user.updated'> {
  return {
    version: 1,
    email: 'ada@example.com',
    emailVerified: false,
    displayName: null,
    locale: 'en',
    timezone: 'UTC',
    ...change,
  };
}

interface Row {
  readonly state: string;
  readonly attempts: number;
  readonly sealed: string | null;
  readonly last_error: string | null;
  readonly email?: string;
}

async function delivery(id: string): Promise<Row> {
  const [row] = await sql('select * from notifications.deliveries where id = ?', [id]);
  if (!row) {
    throw new Error(`no delivery ${id}`);
  }
  return row;
}

function recipients(userId: string): Promise<Row[]> {
  return sql('select * from notifications.recipients where user_id = ?', [userId]);
}

async function insertFinal(state: string, daysAgo: number): Promise<void> {
  await sql(
    `insert into notifications.deliveries (id, user_id, template, channel, state, message_id, expires_at, created_at)
     values (?, ?, ?, 'mail', ?, '<x@y>', now(), now() - ? * interval '1 day')`,
    [randomUUID(), randomUUID(), `old-${state}`, state, daysAgo],
  );
}

function sql(query: string, values: unknown[] = []): Promise<Row[]> {
  return app.database.read((em) => em.execute<Row[]>(query, values));
}

function queue(): JobQueue<Jobs> {
  return app.get<JobQueue<Jobs>>(JobQueue);
}

/** The ids that were confirmed; nobody takes the confirmations here. */
async function confirmations(): Promise<string[]> {
  const waiting = await app.get(Queues).get('confirm-message').getWaiting();
  return waiting.map(({ data }) => (data as { messageId: string }).messageId);
}

/** Resolves when no job of this service waits or runs. */
async function idle(): Promise<void> {
  for (const name of ['deliver-to-notifications', 'send-mail']) {
    await eventually(async () => {
      const { waiting, active, delayed } = await app.get(Queues).get(name).getJobCounts();
      expect({ waiting, active, delayed }).toEqual({ waiting: 0, active: 0, delayed: 0 });
    });
  }
}
