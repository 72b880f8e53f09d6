import { afterEach, describe, expect, it } from '@jest/globals';
import { defineEntity, type EntityManager, p } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import type { DiscoveryService } from '@nestjs/core';
import { v7 } from 'uuid';
import { Clock } from '#libs/clock';
import { Database, DatabaseModule, defineSchema } from '#libs/database';
import { defineJob, Tick } from '#libs/jobs';
import { JobRunnerModule } from '#libs/bull';
import { type BackgroundApp, databaseOf, startBackgroundApp } from '../../../test/support/background-app.js';
import { hold, useFixture } from '../../../test/support/fixture.js';
import { eventually } from '../../../test/support/servers.js';
import { useOwnRedis } from '../../../test/support/use-servers.js';
import { type AfterCommit, Saga, SagaModule, sagaColumns, type Step } from './index.js';
import { SagaTimers } from './saga-timers.js';

const schema = defineSchema('orders', []);
const order = defineEntity({
  name: 'Order',
  tableName: 'orders',
  schema: 'orders',
  properties: { ...sagaColumns, log: p.text().default('') },
});
class Order extends order.class {}
order.setClass(Order);
const tables = DatabaseModule.forFeature(schema, Order);

const FAILING = 'fails';
type State = 'open' | 'paid' | 'lapsed';
type Event =
  { readonly type: 'pay' } | { readonly type: 'due'; readonly at: Date } | { readonly type: 'fail' };

/** Pays an order, or lets it lapse. */
@Injectable()
class OrderSaga extends Saga<Order, State, Event, string> {
  override readonly name = 'orders';
  override readonly entity = Order;
  override readonly states = ['open', 'paid', 'lapsed'] as const;
  readonly done: string[] = [];
  beforeStep = (): Promise<void> => Promise.resolve();

  constructor(database: Database) {
    super(database);
  }

  protected override next({ state, log }: Order, event: Event): Step<State, string> | undefined {
    if (state !== 'open') {
      return undefined;
    }
    switch (event.type) {
      case 'pay':
        return { state: 'paid', commands: ['charge', 'ship'] };
      case 'due':
        return { state: 'lapsed', commands: [log === FAILING ? 'explode' : 'cancel'] };
      case 'fail':
        return { state: 'paid', commands: ['charge', 'explode'] };
    }
  }

  protected override execute(
    em: EntityManager,
    row: Order,
    command: string,
  ): Promise<AfterCommit | undefined> {
    if (command === 'explode') {
      return Promise.reject(new Error('the command failed'));
    }
    row.log = `${row.log}${command} `;
    return em.flush().then(() => () => void this.done.push(command));
  }

  protected override due(at: Date): Event {
    return { type: 'due', at };
  }

  protected override lock(): Promise<void> {
    return this.beforeStep();
  }
}

const resume = defineJob('resume-orders', {
  payload: Tick,
  role: 'shop',
  concurrency: 1,
  timeoutMs: 10_000,
  attempts: 2,
  backoff: { baseMs: 10, capMs: 10, jitter: 0 },
  everyMinutes: 1,
});

const redis = useOwnRedis();
const database = useFixture(() => hold(databaseOf(schema), (made) => made.drop()));
const apps: BackgroundApp[] = [];

afterEach(async () => {
  await apps[0]?.database.run((em) => em.nativeDelete(Order, {}));
  await Promise.all(apps.splice(0).map((app) => app.close()));
});

async function start(runsJobs = false): Promise<{ app: BackgroundApp; saga: OrderSaga }> {
  const app = await startBackgroundApp({
    redisUrl: redis.url,
    jobs: [resume],
    database: { url: database.url, schema },
    imports: [tables, ...(runsJobs ? [SagaModule.forJob(resume), JobRunnerModule.forRole('shop')] : [])],
    providers: [OrderSaga],
  });
  apps.push(app);
  return { app, saga: app.get(OrderSaga) };
}

function open({ database: own }: BackgroundApp, given: Partial<Order> = {}): Promise<string> {
  const id = v7();
  return own.transaction(async (em) => {
    await em.persist(em.create(Order, { id, state: 'open', wakeAt: inAMinute(), log: '', ...given })).flush();
    return id;
  });
}

const inAMinute = () => new Date(Date.now() + 60_000);
const aMinuteAgo = () => new Date(Date.now() - 60_000);

function read({ database: own }: BackgroundApp, id: string): Promise<Order> {
  return own.run((em) => em.findOneOrFail(Order, { id }));
}

describe('a saga', () => {
  it('stores the next state and what the commands do, and then does what comes after the commit', async () => {
    const { app, saga } = await start();
    const id = await open(app);
    expect(await saga.send(id, { type: 'pay' })).toBe(true);
    expect(await read(app, id)).toMatchObject({ state: 'paid', wakeAt: null, log: 'charge ship ' });
    expect(saga.done).toEqual(['charge', 'ship']);
  });

  it('ignores an event that has no meaning in its state, and one for a row that is gone', async () => {
    const { app, saga } = await start();
    const id = await open(app, { state: 'paid', wakeAt: null });
    expect(await saga.send(id, { type: 'pay' })).toBe(false);
    expect(await saga.send(v7(), { type: 'pay' })).toBe(false);
    expect(saga.done).toEqual([]);
  });

  it('stays as it was if a command fails', async () => {
    const { app, saga } = await start();
    const id = await open(app);
    await expect(saga.send(id, { type: 'fail' })).rejects.toThrow('the command failed');
    expect(await read(app, id)).toMatchObject({ state: 'open', log: '' });
    expect(saga.done).toEqual([]);
  });

  it('takes a step once, however many try at the same instant on several replicas', async () => {
    const [one, other] = [await start(), await start()];
    const id = await open(one.app);
    // All have read the row before the first one stores its step.
    let waiting = 4;
    let release: () => void = () => undefined;
    const allRead = new Promise<void>((resolve) => (release = resolve));
    for (const { saga } of [one, other]) {
      saga.beforeStep = () => {
        waiting -= 1;
        if (waiting <= 0) {
          release();
        }
        return allRead;
      };
    }
    const sending = [one, one, other, other].map(({ saga }) => saga.send(id, { type: 'pay' }));
    expect((await Promise.all(sending)).filter(Boolean)).toHaveLength(1);
    expect((await read(one.app, id)).log).toBe('charge ship ');
  });

  it('goes on by itself when it is due, in whichever process runs the job', async () => {
    const { app, saga } = await start();
    const [due, later] = [await open(app, { wakeAt: aMinuteAgo() }), await open(app)];
    expect(await saga.findDue(new Date(), 10)).toEqual([due]);
    await start(true);
    await eventually(async () => expect((await read(app, due)).state).toBe('lapsed'));
    expect((await read(app, later)).state).toBe('open');
  });

  it('waits for the next process once this one is shutting down', async () => {
    const { app, saga } = await start();
    const id = await open(app, { wakeAt: aMinuteAgo() });
    const discovery = { getProviders: () => [{ instance: saga }] } as unknown as DiscoveryService;
    const timers = new SagaTimers(discovery, app.get(Clock));
    await timers.run(AbortSignal.abort());
    expect((await read(app, id)).state).toBe('open');
    await timers.run(new AbortController().signal);
    expect((await read(app, id)).state).toBe('lapsed');
  });

  it('is left to the release that knows its state', async () => {
    const { app, saga } = await start();
    await open(app, { state: 'of-the-next-release', wakeAt: aMinuteAgo() });
    expect(await saga.findDue(new Date(), 10)).toEqual([]);
  });

  it('is counted by state, with how late it is', async () => {
    const { app } = await start(true);
    const now = app.get(Clock).now();
    await open(app, { wakeAt: inAMinute() });
    await open(app, { wakeAt: inAMinute() });
    await open(app, { state: 'of-the-next-release', wakeAt: new Date(now.getTime() - 90_000) });
    const metrics = await app.registry.metrics();
    expect(metrics).toContain('gatehouse_sagas{saga="orders",state="open"} 2');
    expect(metrics).toContain('gatehouse_sagas{saga="orders",state="of-the-next-release"} 1');
    expect(Number(/overdue_seconds\{saga="orders"\} (\S+)/.exec(metrics)?.[1])).toBeGreaterThanOrEqual(90);
  });

  it('that fails stays due, and does not keep others waiting', async () => {
    const { app, saga } = await start();
    const failing = await open(app, { wakeAt: new Date(0), log: FAILING });
    const fine = await open(app, { wakeAt: aMinuteAgo() });
    await start(true);
    await eventually(async () => expect((await read(app, fine)).state).toBe('lapsed'));
    expect(await saga.findDue(new Date(), 10)).toEqual([failing]);
  });
});
