import { afterEach, beforeEach } from '@jest/globals';
import { Global, Module } from '@nestjs/common';
import { v7 } from 'uuid';
import { type Jobs, JOBS, type MessageData, type MessageType } from '#libs/contracts';
import { Sealer } from '#libs/crypto';
import { JobQueue, JobRunnerModule, Queues } from '#libs/bull';
import { AppConfig } from '../../config/index.js';
import { NOTIFICATIONS_ENTITIES } from '../../src/notifications/index.js';
import { NotificationsJobsModule } from '../../src/notifications/notifications.jobs.module.js';
import { type BackgroundApp, databaseOf, startBackgroundApp } from './background-app.js';
import { hold, useFixture } from './fixture.js';
import { eventually, redisUrl, type SmtpSink, startSmtpSink, type TestDatabase } from './servers.js';

const entities = [...NOTIFICATIONS_ENTITIES];
const backoff = { baseMs: 50, capMs: 100, jitter: 0 };
/** As in production, but with shorter delays. */
const jobs = {
  ...JOBS,
  'send-mail': { ...JOBS['send-mail'], backoff },
  'deliver-to-notifications': { ...JOBS['deliver-to-notifications'], backoff },
};

export const LINK = 'https://app.example.com/verify-email?token=a-secret-token';
export const HOUR_MS = 3_600_000;

/** A `NotificationsBench` for the suite, started anew for each test. */
export function useNotificationsBench(): NotificationsBench {
  const bench = useFixture(() => hold(NotificationsBench.open(), (opened) => opened.close()));
  beforeEach(() => bench.start());
  afterEach(() => bench.stop());
  return bench;
}

/** The notifications service with its own database, Redis and SMTP server, fed as the relay of accounts would. */
class NotificationsBench {
  private running: BackgroundApp | undefined;

  private constructor(
    readonly sink: SmtpSink,
    private readonly database: TestDatabase,
  ) {}

  static async open(): Promise<NotificationsBench> {
    return new NotificationsBench(...(await Promise.all([startSmtpSink(), databaseOf(entities)])));
  }

  get app(): BackgroundApp {
    if (!this.running) {
      throw new Error('not started');
    }
    return this.running;
  }

  get jobs(): JobQueue<Jobs> {
    return this.app.get<JobQueue<Jobs>>(JobQueue);
  }

  queue(name: keyof Jobs) {
    return this.app.get(Queues).get(name);
  }

  async start(): Promise<void> {
    this.sink.behave('accept');
    this.sink.clear();
    const config = {
      publicUrl: 'https://id.example.com',
      mail: { smtpUrl: this.sink.url, from: 'no-reply@id.example.com' },
    };
    @Global()
    @Module({ providers: [{ provide: AppConfig, useValue: config }], exports: [AppConfig] })
    class FakeConfigModule {}
    this.running = await startBackgroundApp({
      jobs,
      redisUrl: await redisUrl(),
      database: { url: this.database.url, entities },
      imports: [FakeConfigModule, NotificationsJobsModule, JobRunnerModule.forRole('notifications')],
    });
    await eventually(() => {
      if (!this.jobs.isReady) {
        throw new Error('Redis cannot be reached');
      }
    });
  }

  async stop(): Promise<void> {
    await this.sql('delete from notifications.outbox');
    await this.app.close();
  }

  async close(): Promise<void> {
    await Promise.all([this.sink.stop(), this.database.drop()]);
  }

  /** @returns the id of the message */
  async deliver<T extends MessageType>(
    type: T,
    data: MessageData<T>,
    messageId = v7(),
    subject = v7(),
  ): Promise<string> {
    const sealed = this.app.get(Sealer).sealJson(data, `outbox:${messageId}`);
    const occurredAt = new Date().toISOString();
    await this.jobs.enqueue('deliver-to-notifications', { messageId, type, subject, occurredAt, sealed });
    return messageId;
  }

  /** @throws Error when it does not exist */
  async delivery(id: string): Promise<DeliveryRow> {
    const [row] = await this.sql<DeliveryRow>('select * from notifications.deliveries where id = ?', [id]);
    if (!row) {
      throw new Error(`no delivery ${id}`);
    }
    return row;
  }

  /** Messages in the service's own outbox, which wait for their delivery to become final. */
  notes(): Promise<object[]> {
    return this.sql('select message_id from notifications.outbox');
  }

  /** The value of a metric, named with its labels. */
  async metric(name: string): Promise<number> {
    const line = (await this.app.registry.metrics()).split('\n').find((text) => text.startsWith(`${name} `));
    return Number(line?.slice(name.length));
  }

  sql<T extends object>(query: string, values: unknown[] = []): Promise<T[]> {
    return this.app.database.read((em) => em.execute<T[]>(query, values));
  }

  /** The confirmed ids, newest first. Nothing consumes the confirmations here. */
  async confirmations(): Promise<string[]> {
    const waiting = await this.queue('confirm-message').getWaiting();
    return waiting.map(({ data }) => (data as { messageId: string }).messageId);
  }

  /** Resolves when no job of this service waits or runs. */
  async idle(): Promise<void> {
    for (const name of ['deliver-to-notifications', 'send-mail'] as const) {
      await eventually(async () => {
        const { waiting, active, delayed } = await this.queue(name).getJobCounts();
        if (waiting + active + delayed > 0) {
          throw new Error(`${name} is busy`);
        }
      });
    }
  }
}

export interface DeliveryRow {
  readonly state: string;
  readonly attempts: number;
  readonly sealed: string | null;
  readonly last_error: string | null;
}

/** The command to verify Ada's address. */
export function command({
  locale = 'en',
  expiresInMs = 24 * HOUR_MS,
} = {}): MessageData<'send-notification'> {
  return {
    template: 'verify-email',
    to: { userId: v7(), email: 'ada@example.com', displayName: 'Ada', locale },
    data: { link: LINK },
    expiresAt: new Date(Date.now() + expiresInMs).toISOString(),
  };
}

/** Ada's data as the accounts service sends it. */
export function snapshot(change: Partial<MessageData<'user.updated'>>): MessageData<'user.updated'> {
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
