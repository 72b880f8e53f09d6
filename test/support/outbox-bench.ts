import { afterEach } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import pg from 'pg';
import { IsEmail } from 'class-validator';
import { JobRunnerModule, Queues } from '#libs/bull';
import { Database, DatabaseModule, defineSchema } from '#libs/database';
import { JobQueue, ProcessesJob } from '#libs/jobs';
import {
  defineMessage,
  defineService,
  type DeliverMessage,
  Inbox,
  MessageRelayModule,
  MessagingModule,
  Outbox,
} from '#libs/messaging';
import { type BackgroundApp, databaseOf, startBackgroundApp } from './background-app.js';
import { hold, useFixture } from './fixture.js';
import { type OwnServer, ownRedis, type TestDatabase } from './servers.js';

export const writer = defineService('writer', { role: 'writer' });
const reader = defineService('reader', { role: 'reader' });
const schema = defineSchema(writer.name, []);
const messaging = MessagingModule.forSchema(schema);

export class Registered {
  @IsEmail() email!: string;
}
/** A message whose content does not matter. */
export const registered = defineMessage('someone.registered', { data: Registered, to: [reader] });
export const ADA: Registered = { email: 'ada@example.com' };

/** What the consumer has seen, and whether it confirms. */
@Injectable()
class Consumption {
  /** Every delivery, including repeated ones. */
  readonly delivered: DeliverMessage[] = [];
  /** The ids of messages that took effect. */
  readonly taken: string[] = [];
  confirms = true;
}

/** Stands for the other service: accepts each message once, through its inbox, and confirms it. */
@ProcessesJob(reader.deliver)
class Consumer {
  constructor(
    private readonly consumption: Consumption,
    private readonly database: Database,
    private readonly inbox: Inbox,
    private readonly queue: JobQueue,
  ) {}

  async process(message: DeliverMessage): Promise<void> {
    const { messageId } = message;
    this.consumption.delivered.push(message);
    if (await this.database.transaction((em) => this.inbox.accept(em, messageId))) {
      this.consumption.taken.push(messageId);
    }
    if (this.consumption.confirms) {
      await this.queue.enqueue(writer.confirm, { messageId, consumer: reader.name });
    }
  }
}

export interface Roles {
  readonly relay?: boolean;
  readonly consumer?: boolean;
}

/** An `OutboxBench` for the suite, reset after each test. */
export function useOutboxBench(): OutboxBench {
  const bench = useFixture(() => hold(OutboxBench.open(), (opened) => opened.close()));
  afterEach(() => bench.reset());
  return bench;
}

/** Processes around one outbox, with their own PostgreSQL database and Redis. */
export class OutboxBench {
  consumption = new Consumption();
  readonly apps: BackgroundApp[] = [];

  private constructor(
    readonly redis: OwnServer,
    private readonly database: TestDatabase,
  ) {}

  static async open(): Promise<OutboxBench> {
    return new OutboxBench(...(await Promise.all([ownRedis(), databaseOf(schema)])));
  }

  async start({ relay = false, consumer = false }: Roles = {}): Promise<BackgroundApp> {
    const app = await startBackgroundApp({
      jobs: [reader.deliver, writer.deliver, writer.confirm],
      redisUrl: this.redis.url,
      database: { url: this.database.url, schema },
      imports: [
        DatabaseModule.forFeature(schema),
        messaging,
        ...(relay
          ? [MessageRelayModule.forService(writer, schema), JobRunnerModule.forRole(writer.name)]
          : []),
        ...(consumer ? [JobRunnerModule.forRole(reader.name)] : []),
      ],
      providers: [{ provide: Consumption, useValue: this.consumption }, ...(consumer ? [Consumer] : [])],
    });
    this.apps.push(app);
    return app;
  }

  async stop(app: BackgroundApp): Promise<void> {
    this.apps.splice(this.apps.indexOf(app), 1);
    await app.close();
  }

  /** @returns the ids of the messages */
  append(app: BackgroundApp, count: number): Promise<string[]> {
    return app.database.transaction(async (em) => {
      const ids: string[] = [];
      for (let index = 0; index < count; index += 1) {
        ids.push(await app.get(Outbox).append(em, registered, randomUUID(), ADA));
      }
      return ids;
    });
  }

  rows(): Promise<OutboxTableRow[]> {
    return this.sql(`select *, extract(epoch from next_at - now()) as due_in from ${schema.name}.outbox`);
  }

  /** Instead of waiting. */
  async makeDue(id?: string, minutesAgo = 0): Promise<void> {
    await this.sql(
      `update ${schema.name}.outbox set next_at = now() - interval '${minutesAgo} minutes'
        where ${id === undefined ? 'true' : `message_id = '${id}'`}`,
    );
  }

  /** The number of messages waiting in the consumer's queue. */
  waiting(): Promise<number> {
    return (this.apps[0] as BackgroundApp).get(Queues).get(reader.deliver.name).getWaitingCount();
  }

  async sql(query: string): Promise<OutboxTableRow[]> {
    const client = new pg.Client({ connectionString: this.database.url });
    await client.connect();
    const { rows } = await client.query<OutboxTableRow>(query);
    await client.end();
    return rows;
  }

  async cutConnections(): Promise<void> {
    await this.sql(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`,
    );
  }

  async flushRedis(): Promise<void> {
    await this.onRedis((client) => client.flushall());
  }

  /** Sets the memory that Redis may use. 0 is no limit. */
  async limitRedis(bytes: string): Promise<void> {
    await this.onRedis((client) => client.config('SET', 'maxmemory', bytes));
  }

  private async onRedis(work: (client: Redis) => Promise<unknown>): Promise<void> {
    const client = new Redis(this.redis.url);
    await work(client);
    client.disconnect();
  }

  /** Stops all processes and forgets what they did. */
  async reset(): Promise<void> {
    await this.sql(`delete from ${schema.name}.outbox`);
    await Promise.all(this.apps.splice(0).map((app) => app.close()));
    await this.flushRedis();
    this.consumption = new Consumption();
  }

  async close(): Promise<void> {
    await Promise.all([this.redis.dispose(), this.database.drop()]);
  }
}

export interface OutboxTableRow {
  readonly message_id: string;
  readonly consumer: string;
  readonly type: string;
  readonly subject: string;
  readonly occurred_at: Date;
  readonly sealed: string;
  readonly attempts: number;
  readonly due_in: string;
}
