import { afterEach, beforeEach } from '@jest/globals';
import { Global, Module } from '@nestjs/common';
import { pino } from 'pino';
import { v7 } from 'uuid';
import {
  AccountDirectory,
  type AccountEvent,
  accounts,
  type DeletionStep,
  notifications,
  type SendNotification,
  sendNotification,
} from '#libs/contracts';
import { Sealer } from '#libs/crypto';
import { JobRunnerModule, Queues } from '#libs/bull';
import { JobQueue, loadedJobs } from '#libs/jobs';
import { RedisModule } from '#libs/redis';
import { PINO } from '#libs/telemetry';
import { AppConfig } from '../../config/index.js';
import { sendMail } from '../../src/notifications/deliveries/send-mail.job.js';
import { NotificationsModule } from '../../src/notifications/notifications.module.js';
import { notificationsSchema } from '../../src/notifications/migrations/index.js';
import { type BackgroundApp, databaseOf, startBackgroundApp } from './background-app.js';
import { hold, useFixture } from './fixture.js';
import { eventually, redisUrl, type SmtpSink, startSmtpSink, type TestDatabase } from './servers.js';

const backoff = { baseMs: 50, capMs: 100, jitter: 0 };
/** As in production, but with shorter delays. */
const jobs = () => loadedJobs().map((job) => (job.everyMinutes === undefined ? { ...job, backoff } : job));

/** Accounts, which these tests don't ask. */
const NOBODY_KNOWN: Pick<AccountDirectory, 'find' | 'list' | 'count'> = {
  find: () => Promise.resolve(null),
  list: () => Promise.resolve([]),
  count: () => Promise.resolve(0),
};

export const LINK = 'https://app.example.com/verify-email?token=a-secret-token';
export const HOUR_MS = 3_600_000;

/**
 * A `NotificationsBench` for the suite, with a fresh start for each test.
 * @param providerRates per minute
 */
export function useNotificationsBench(providerRates: AppConfig['providerRates'] = {}): NotificationsBench {
  const bench = useFixture(() => hold(NotificationsBench.open(providerRates), (opened) => opened.close()));
  beforeEach(() => bench.start());
  afterEach(() => bench.stop());
  return bench;
}

/** The notifications service with its own database, Redis and SMTP server, fed as the relay of accounts would. */
class NotificationsBench {
  private running: BackgroundApp | undefined;
  private startReplica: (() => Promise<BackgroundApp>) | undefined;

  private constructor(
    readonly sink: SmtpSink,
    private readonly database: TestDatabase,
    private readonly providerRates: AppConfig['providerRates'],
  ) {}

  static async open(providerRates: AppConfig['providerRates']): Promise<NotificationsBench> {
    const servers = await Promise.all([startSmtpSink(), databaseOf(notificationsSchema)]);
    return new NotificationsBench(...servers, providerRates);
  }

  get app(): BackgroundApp {
    if (!this.running) {
      throw new Error('not started');
    }
    return this.running;
  }

  get jobs(): JobQueue {
    return this.app.get(JobQueue);
  }

  queue(name: string) {
    return this.app.get(Queues).get(name);
  }

  async start(): Promise<void> {
    this.sink.behave('accept');
    this.sink.clear();
    const config = {
      publicUrl: 'https://id.example.com',
      appUrl: 'https://app.example.com',
      mail: { smtpUrl: this.sink.url, smtpFallbackUrl: null, from: 'no-reply@id.example.com', fromName: '' },
      smsUrl: null,
      vapid: null,
      providerRates: this.providerRates,
      webhookAllowedNetworks: ['127.0.0.0/8'],
      pushAllowedNetworks: [],
    };
    @Global()
    @Module({
      providers: [
        { provide: AppConfig, useValue: config },
        { provide: AccountDirectory, useValue: NOBODY_KNOWN },
        { provide: PINO, useValue: pino({ level: 'silent' }) },
      ],
      exports: [AccountDirectory, AppConfig, PINO],
    })
    class OutsideModule {}
    const url = await redisUrl();
    this.startReplica = () =>
      startBackgroundApp({
        jobs: jobs(),
        redisUrl: url,
        database: { url: this.database.url, schema: notificationsSchema },
        imports: [
          OutsideModule,
          RedisModule.forRoot({ servers: url }),
          NotificationsModule,
          JobRunnerModule.forRole('notifications'),
        ],
      });
    this.running = await this.startReplica();
    await eventually(() => {
      if (!this.jobs.isReady) {
        throw new Error('Redis cannot be reached');
      }
    });
    await this.connectToPostgres();
  }

  /** Another process like the first one, until the test is over. */
  async startAnother(): Promise<BackgroundApp> {
    if (!this.startReplica) {
      throw new Error('not started');
    }
    return hold(await this.startReplica(), (replica) => replica.close());
  }

  /**
   * Opens the connections that jobs use. On a busy machine, that takes longer than the two seconds that a job waits for
   * one, and its retries would use up the time that a test waits for their result.
   */
  private async connectToPostgres(): Promise<void> {
    const atOnce = () => Promise.all([1, 2, 3].map(() => this.sql('select pg_backend_pid()')));
    await eventually(atOnce, { timeoutMs: 20_000 });
  }

  async stop(): Promise<void> {
    await this.sql('delete from notifications.outbox');
    await this.app.close();
  }

  async close(): Promise<void> {
    await Promise.all([this.sink.stop(), this.database.drop()]);
  }

  /** @returns the id of the message */
  async deliver(
    data: SendNotification | DeletionStep | AccountEvent,
    messageId = v7(),
    subject = v7(),
    type = sendNotification.type,
  ): Promise<string> {
    const sealed = this.app.get(Sealer).sealJson(data, `outbox:${messageId}`);
    const occurredAt = new Date().toISOString();
    const from = accounts.name;
    await this.jobs.enqueue(notifications.deliver, { messageId, type, subject, occurredAt, sealed, from });
    return messageId;
  }

  /** Runs the hourly purge now. */
  async purge(): Promise<void> {
    const id = await this.jobs.enqueue(notifications.purge, { startsAt: new Date().toISOString() });
    await eventually(async () => {
      const job = await this.queue(notifications.purge.name).getJob(id);
      if (!(await job?.isCompleted())) {
        throw new Error('the purge is still running');
      }
    });
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
    return this.app.database.run((em) => em.execute<T[]>(query, values));
  }

  /** The confirmed ids, newest first. Nothing consumes the confirmations here. */
  async confirmations(): Promise<string[]> {
    const waiting = await this.queue(accounts.confirm.name).getWaiting();
    return waiting.map(({ data }) => (data as { messageId: string }).messageId);
  }

  /** Resolves when no job of this service waits or runs. */
  async idle(): Promise<void> {
    for (const name of [notifications.deliver.name, sendMail.name]) {
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
  readonly sent_at: string | null;
}

/** The command to verify Ada's address. */
export function command({ locale = 'en', expiresInMs = 24 * HOUR_MS } = {}): SendNotification {
  return {
    template: 'verify-email',
    to: { userId: v7(), email: 'ada@example.com', displayName: 'Ada', locale },
    data: { link: LINK },
    expiresAt: new Date(Date.now() + expiresInMs).toISOString(),
  };
}
