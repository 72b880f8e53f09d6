import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import pg from 'pg';
import { DeliverMessage, type Jobs, JOBS } from '#libs/contracts';
import { Sealer } from '#libs/crypto';
import { InvalidPayloadError, JobQueue, JobRunnerModule, ProcessesJob, Queues } from '#libs/queue';
import { type BackgroundApp, databaseOf, startBackgroundApp } from '../../../test/support/background-app.js';
import { eventually, type OwnServer, ownRedis, type TestDatabase } from '../../../test/support/servers.js';
import { OutboxSignal } from './outbox-signal.js';
import {
  Inbox,
  MessageRelayModule,
  type NewMessage,
  openMessage,
  Outbox,
  outboxEntities,
  OutboxModule,
} from './index.js';

const SCHEMA = 'accounts';
const entities = [...outboxEntities(SCHEMA)];
const relayed = {
  'deliver-to-notifications': JOBS['deliver-to-notifications'],
  'confirm-message': JOBS['confirm-message'],
};

/** Stands for the other service: takes each message once by its inbox, and confirms. */
let taken: string[];
let delivered: DeliverMessage[];
let confirm: boolean;

class AppHolder {
  app!: BackgroundApp;
}

@ProcessesJob('deliver-to-notifications')
class Consumer {
  constructor(
    private readonly jobs: JobQueue<Jobs>,
    private readonly inbox: Inbox,
    private readonly apps: AppHolder,
  ) {}

  async process(message: DeliverMessage): Promise<void> {
    delivered.push(message);
    await this.apps.app.database.write(async (em) => {
      if (await this.inbox.accept(em, message.messageId)) {
        taken.push(message.messageId);
      }
    });
    if (confirm) {
      await this.jobs.enqueue('confirm-message', { messageId: message.messageId, consumer: 'notifications' });
    }
  }
}

let redis: OwnServer;
let database: TestDatabase;
let apps: BackgroundApp[];

beforeAll(async () => {
  [redis, database] = await Promise.all([ownRedis(), databaseOf(entities)]);
});
beforeEach(() => {
  [apps, taken, delivered, confirm] = [[], [], [], true];
});
afterEach(async () => {
  await rows('delete');
  await Promise.all(apps.map((app) => app.close()));
  await flush();
});
afterAll(() => Promise.all([redis.dispose(), database.drop()]));

describe('Outbox', () => {
  it('writes messages in the transaction of the change, by one statement', async () => {
    const app = await start({ relay: false });
    const statements: string[] = [];
    app.orm.config.set('onQuery', (sql) => {
      statements.push(sql);
      return sql;
    });
    const [first, second] = await app.database.write((em) =>
      app.get(Outbox).append(em, registered(), registered()),
    );
    expect(statements.filter((sql) => sql.includes('insert into'))).toHaveLength(1);
    expect((await rows()).map(({ message_id: id }) => id).sort()).toEqual([first, second].sort());
  });

  it('forgets messages with the transaction that is rolled back', async () => {
    const app = await start({ relay: false });
    const failing = app.database.write(async (em) => {
      await app.get(Outbox).append(em, registered());
      throw new Error('the change failed');
    });
    await expect(failing).rejects.toThrow('the change failed');
    expect(await rows()).toEqual([]);
  });

  it('tells of messages when they are committed, not before and not when they are rolled back', async () => {
    const app = await start({ relay: false });
    let told = 0;
    app.get(OutboxSignal).onCommit(() => {
      told += 1;
    });
    await app.database.write(async (em) => {
      await app.get(Outbox).append(em, registered());
      expect(told).toBe(0);
    });
    expect(told).toBe(1);
    const failing = app.database.write(async (em) => {
      await app.get(Outbox).append(em, registered());
      throw new Error('the change failed');
    });
    await expect(failing).rejects.toThrow('the change failed');
    await app.database.write((em) => em.execute('select 1'));
    expect(told).toBe(1);
  });

  it('refuses to write outside of a transaction, or data that breaks its class', async () => {
    const { database: db, get } = await start({ relay: false });
    const outbox = get(Outbox);
    await expect(db.read((em) => outbox.append(em, registered()))).rejects.toThrow(/transaction/);
    const bad = registered({ email: 'nobody' });
    await expect(db.write((em) => outbox.append(em, bad))).rejects.toThrow(InvalidPayloadError);
    expect(await rows()).toEqual([]);
  });

  it('seals data for its message alone', async () => {
    const app = await start({ relay: false });
    await app.database.write((em) => app.get(Outbox).append(em, registered(), registered()));
    const [one, other] = await rows();
    expect(JSON.stringify([one, other])).not.toContain('ada@example.com');
    const sealer = app.get(Sealer);
    expect(openMessage(sealer, asDelivered(one)).data).toMatchObject({ email: 'ada@example.com' });
    expect(() => openMessage(sealer, { ...asDelivered(one), sealed: other?.sealed ?? '' })).toThrow(/opened/);
  });
});

describe('Inbox', () => {
  it('accepts a message once, even when it is taken twice at the same moment', async () => {
    const app = await start({ relay: false });
    const id = randomUUID();
    const accept = () => app.database.write((em) => app.get(Inbox).accept(em, id));
    expect((await Promise.all([accept(), accept(), accept()])).sort()).toEqual([false, false, true]);
  });

  it('accepts again what a rolled back transaction had taken', async () => {
    const app = await start({ relay: false });
    const id = randomUUID();
    const failing = app.database.write(async (em) => {
      await app.get(Inbox).accept(em, id);
      throw new Error('the effect failed');
    });
    await expect(failing).rejects.toThrow('the effect failed');
    expect(await app.database.write((em) => app.get(Inbox).accept(em, id))).toBe(true);
  });
});

describe('the relay', () => {
  it('delivers a message as soon as it is committed, and removes it when it is confirmed', async () => {
    const app = await start();
    const [id] = await append(app, 1);
    await eventually(async () => {
      expect(taken).toEqual([id]);
      expect(await rows()).toEqual([]);
    });
    expect(openMessage(app.get(Sealer), delivered[0] as DeliverMessage)).toMatchObject({
      id,
      type: 'user.registered',
      data: { email: 'ada@example.com' },
    });
  });

  it('delivers once what several relays find', async () => {
    const [app] = await Promise.all([start(), start(), start()]);
    const ids = await append(app, 300);
    await eventually(async () => expect(await rows()).toEqual([]), { timeoutMs: 20_000 });
    expect(taken.sort()).toEqual([...ids].sort());
  });

  it('repeats a message whose confirmation was lost, and it has its effect once', async () => {
    confirm = false;
    const app = await start();
    const [id] = await append(app, 1);
    await eventually(() => {
      expect(delivered).toHaveLength(1);
    });
    confirm = true;
    await makeDue();
    await eventually(async () => {
      expect(delivered).toHaveLength(2);
      expect(await rows()).toEqual([]);
    });
    expect(taken).toEqual([id]);
  });

  it('repeats less and less often', async () => {
    confirm = false;
    const app = await start();
    await append(app, 1);
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 7; attempt++) {
      const [row] = await eventually(async () => {
        const found = await rows();
        expect(found[0]?.attempts).toBe(attempt);
        return found;
      });
      waits.push(Math.round(Number(row?.due_in)));
      await makeDue();
    }
    expect(waits).toEqual([10, 20, 40, 80, 160, 300, 300].map((wait) => expect.closeTo(wait, -1)));
  });

  it('loses nothing when Redis loses everything', async () => {
    const worker = await start({ consumer: false });
    const ids = await append(worker, 50);
    const queue = worker.get(Queues).get('deliver-to-notifications');
    await eventually(async () => expect(await queue.getWaitingCount()).toBe(50));
    await flush();
    expect(await queue.getWaitingCount()).toBe(0);
    await makeDue();
    await start({ relay: false, consumer: true });
    await eventually(async () => expect(await rows()).toEqual([]), { timeoutMs: 20_000 });
    expect(taken.sort()).toEqual([...ids].sort());
  });

  it('puts a message again as nothing while its job still waits', async () => {
    const worker = await start({ consumer: false });
    await append(worker, 1);
    const queue = worker.get(Queues).get('deliver-to-notifications');
    await eventually(async () => expect((await rows())[0]?.attempts).toBe(1));
    await makeDue();
    await eventually(async () => expect((await rows())[0]?.attempts).toBe(2));
    expect(await queue.getWaitingCount()).toBe(1);
  });

  it('goes on after Redis was down', async () => {
    const app = await start();
    await redis.stop();
    const ids = await append(app, 5);
    redis = await redis.restart();
    await eventually(async () => expect(await rows()).toEqual([]), { timeoutMs: 20_000 });
    expect(taken.sort()).toEqual([...ids].sort());
  });

  it('goes on after its connections to PostgreSQL were cut', async () => {
    const app = await start();
    await cutConnections();
    await eventually(() => app.database.ping());
    const ids = await append(app, 5);
    await eventually(async () => expect(await rows()).toEqual([]));
    expect(taken.sort()).toEqual([...ids].sort());
  });

  it('tells how many messages wait, and for how long', async () => {
    confirm = false;
    const app = await start();
    await append(app, 3);
    await sql(`update ${SCHEMA}.outbox set occurred_at = occurred_at - interval '1 hour'`);
    const text = await app.registry.metrics();
    expect(text).toContain('gatehouse_outbox_messages{schema="accounts"} 3');
    expect(Number(/oldest_seconds\{schema="accounts"\} ([\d.]+)/.exec(text)?.[1])).toBeGreaterThan(3_590);
  });
});

interface Parts {
  readonly relay?: boolean;
  readonly consumer?: boolean;
}

async function start({ relay = true, consumer = relay }: Parts = {}): Promise<BackgroundApp> {
  const holder = new AppHolder();
  const app = await startBackgroundApp({
    jobs: relayed,
    redisUrl: redis.url,
    database: { url: database.url, entities },
    imports: [
      OutboxModule.forSchema(SCHEMA),
      ...(relay ? [MessageRelayModule.forSchema(SCHEMA), JobRunnerModule.forRole('worker')] : []),
      ...(consumer ? [JobRunnerModule.forRole('notifications')] : []),
    ],
    providers: [{ provide: AppHolder, useValue: holder }, ...(consumer ? [Consumer] : [])],
  });
  holder.app = app;
  apps.push(app);
  return app;
}

function append(app: BackgroundApp, count: number): Promise<readonly string[]> {
  return app.database.write((em) =>
    app.get(Outbox).append(em, ...Array.from({ length: count }, () => registered())),
  );
}

function registered(change: { email?: string } = {}): NewMessage {
  const data = {
    version: 1,
    email: 'ada@example.com',
    emailVerified: false,
    displayName: null,
    locale: 'en',
    timezone: 'UTC',
    ...change,
  };
  return { type: 'user.registered', subject: randomUUID(), data };
}

interface Row {
  readonly message_id: string;
  readonly type: string;
  readonly subject: string;
  readonly sealed: string;
  readonly attempts: number;
  readonly due_in: string;
}

function asDelivered(row: Row | undefined): DeliverMessage {
  const { message_id: messageId = '', type = '', subject = '', sealed = '' } = row ?? {};
  return { messageId, type, subject, sealed, occurredAt: new Date().toISOString() };
}

function rows(what: 'select' | 'delete' = 'select'): Promise<Row[]> {
  return what === 'delete'
    ? sql(`delete from ${SCHEMA}.outbox`)
    : sql(`select *, extract(epoch from next_at - now()) as due_in from ${SCHEMA}.outbox`);
}

/** Instead of waiting for the time to come. */
async function makeDue(): Promise<void> {
  await sql(`update ${SCHEMA}.outbox set next_at = now()`);
}

async function sql(query: string): Promise<Row[]> {
  const [app] = apps;
  return app ? app.database.read((em) => em.execute<Row[]>(query)) : [];
}

async function cutConnections(): Promise<void> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`,
  );
  await client.end();
}

async function flush(): Promise<void> {
  const client = new Redis(redis.url);
  await client.flushall();
  client.disconnect();
}
