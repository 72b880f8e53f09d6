import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { type EnqueueOptions, type Job, JobQueue } from '#libs/jobs';
import type { BackgroundApp } from '../../../test/support/background-app.js';
import { collectLog } from '../../../test/support/collected-log.js';
import { hold } from '../../../test/support/fixture.js';
import { type FrozenTimers, freezeTimers } from '../../../test/support/frozen-timers.js';
import { eventually } from '../../../test/support/servers.js';
import { useOutboxBench, writer } from '../../../test/support/outbox-bench.js';
import { OutboxRelay } from './outbox-relay.js';
import { OutboxRows } from './outbox-rows.js';
import { OutboxSignal } from './outbox-signal.js';

const POLL_MS = 250;
const RETRY_MS = 1_000;

const bench = useOutboxBench();
const rows = new OutboxRows(writer.name);

/** The queues as the relay sees them. The test decides when Redis can be reached, and what it answers. */
class ScriptedQueue extends JobQueue {
  readonly enqueued: { readonly job: string; readonly payload: object; readonly jobId?: string }[] = [];
  isReached = true;
  /** How often the relay has asked, which it does at the start of each run. */
  asked = 0;
  answer: () => Promise<void> = () => Promise.resolve();

  override get isReady(): boolean {
    this.asked += 1;
    return this.isReached;
  }

  override async enqueue<P extends object>(
    { name }: Job<P>,
    payload: P,
    options: EnqueueOptions = {},
  ): Promise<string> {
    this.enqueued.push({ job: name, payload, ...options });
    await this.answer();
    return options.jobId ?? '';
  }

  get ids(): (string | undefined)[] {
    return this.enqueued.map(({ jobId }) => jobId);
  }
}

let app: BackgroundApp;
let queue: ScriptedQueue;
let relay: OutboxRelay;
let timeouts: FrozenTimers;

beforeEach(async () => {
  app = await bench.start();
  queue = new ScriptedQueue();
  relay = new OutboxRelay(writer, rows, app.database, queue);
});

/** Starts the relay. It only stops with the test, before the connections that it uses. */
async function start(): Promise<void> {
  relay.start(app.get(OutboxSignal));
  await hold(relay, (started) => started.stop());
}

/** Starts the relay, whose pauses only end when the test says so, and waits until it has paused. */
async function startPausing(): Promise<void> {
  timeouts = freezeTimers('setTimeout');
  await start();
  await paused();
}

/** Resolves when the relay has nothing left to do but to wait. */
async function paused(ms = POLL_MS): Promise<void> {
  await eventually(() => expect(timeouts.pending).toContain(ms));
}

/** Redis answers once the gate is open, or when the test is over: the relay waits for it even when it stops. */
function slowAnswers(): PromiseWithResolvers<void> {
  const gate = Promise.withResolvers<void>();
  queue.answer = () => gate.promise;
  void hold(gate, ({ resolve }) => resolve());
  return gate;
}

describe('a relay', () => {
  it('enqueues what consumers need, under the ID of the message', async () => {
    const message = {
      messageId: randomUUID(),
      type: 'someone.registered',
      subject: randomUUID(),
      sealed: 'sealed',
    };
    const occurredAt = new Date('2026-01-02T03:04:05.678Z');
    const other = { consumer: 'reader', traceparent: null, requestId: null };
    await app.database.run((em) => rows.insert(em, [{ ...message, ...other, occurredAt }]));
    await start();
    await eventually(() => expect(queue.enqueued).toHaveLength(1));
    expect(queue.enqueued).toEqual([
      {
        job: 'deliver-to-reader',
        payload: { ...message, occurredAt: occurredAt.toISOString(), from: 'writer' },
        jobId: message.messageId,
      },
    ]);
  });

  it('finds messages that other processes commit', async () => {
    const other = await bench.start();
    await start();
    await eventually(() => expect(queue.asked).toBeGreaterThan(0));
    const ids = await bench.append(other, 1);
    await eventually(() => expect(queue.ids).toEqual(ids), { timeoutMs: 4_000 });
  });

  it('leaves messages alone while Redis cannot be reached', async () => {
    queue.isReached = false;
    const [id] = await bench.append(app, 1);
    const before = await versions();
    await start();
    await eventually(() => expect(queue.asked).toBeGreaterThan(3));
    expect(await versions()).toEqual(before);
    queue.isReached = true;
    await eventually(() => expect(queue.ids).toEqual([id]));
  });

  it('sends a message as soon as it is committed, without waiting for the next poll', async () => {
    await startPausing();
    const ids = await bench.append(app, 1);
    await eventually(() => expect(queue.ids).toEqual(ids));
    await paused();
  });

  it('sends a message at once that is committed while it enqueues others', async () => {
    await startPausing();
    const gate = slowAnswers();
    const [first] = await bench.append(app, 1);
    await eventually(() => expect(queue.ids).toEqual([first]));
    const [second] = await bench.append(app, 1);
    gate.resolve();
    await eventually(() => expect(queue.ids).toEqual([first, second]));
    await paused();
  });

  it('takes a hundred messages at a time, so that other relays get some, until there are no more', async () => {
    await startPausing();
    const gate = slowAnswers();
    await bench.append(app, 250);
    await eventually(() => expect(queue.enqueued.length).toBeGreaterThan(0));
    expect(queue.enqueued).toHaveLength(100);
    gate.resolve();
    await eventually(() => expect(queue.enqueued).toHaveLength(250));
    await paused();
  });

  it('waits a second after Redis has refused a message', async () => {
    queue.answer = () => Promise.reject(new Error('full'));
    await startPausing();
    const [id] = await bench.append(app, 1);
    await eventually(() => expect(queue.ids).toEqual([id]));
    await paused(RETRY_MS);
    const { asked } = queue;
    timeouts.pass(RETRY_MS - 1);
    await bench.rows();
    expect(queue.asked).toBe(asked);
    timeouts.pass(1);
    await eventually(() => expect(queue.asked).toBe(asked + 1));
  });

  it('puts a message back that Redis has refused, and no other of its batch', async () => {
    await startPausing();
    queue.answer = () =>
      queue.enqueued.length === 1 ? Promise.reject(new Error('full')) : Promise.resolve();
    await bench.append(app, 3);
    await paused(RETRY_MS);
    const [refused] = queue.ids;
    const rows = await bench.rows();
    expect(rows.filter(({ attempts }) => attempts === 1)).toHaveLength(2);
    expect(rows.find(({ message_id: id }) => id === refused)?.attempts).toBe(0);
  });

  it('reports once that Redis refuses messages, and that it accepts them once it has accepted one', async () => {
    const lines = collectLog();
    queue.answer = () => Promise.reject(new Error('full'));
    await startPausing();
    const [id] = await bench.append(app, 1);
    await paused(RETRY_MS);
    const tryAgain = async (): Promise<void> => {
      await bench.makeDue();
      timeouts.pass(RETRY_MS);
    };
    await tryAgain();
    await eventually(() => expect(queue.ids).toEqual([id, id]));
    await paused(RETRY_MS);
    // Another relay has taken it. That this one finds nothing doesn't mean that Redis accepts anything.
    await bench.makeDue(id, -60);
    timeouts.pass(RETRY_MS);
    await paused(POLL_MS);
    expect(lines).toMatchObject([
      { level: 'warn', text: 'messages cannot be enqueued and stay in the outbox: Error' },
    ]);
    queue.answer = () => Promise.resolve();
    await tryAgain();
    await eventually(() =>
      expect(lines.slice(1)).toMatchObject([{ level: 'log', text: 'messages are being enqueued again' }]),
    );
    expect(queue.ids).toEqual([id, id, id]);
  });

  it('waits a second after PostgreSQL has failed, and goes on', async () => {
    const lines = collectLog();
    const ids = await bench.append(app, 1);
    await bench.sql('alter table writer.outbox rename to gone');
    // Also if the test fails, because the others need it.
    await hold(undefined, restoreTable);
    timeouts = freezeTimers('setTimeout');
    await start();
    await paused(RETRY_MS);
    await restoreTable();
    const { asked } = queue;
    timeouts.pass(RETRY_MS - 1);
    await bench.rows();
    expect(queue.asked).toBe(asked);
    expect(lines).toMatchObject([{ text: expect.stringContaining('messages cannot be enqueued') }]);
    timeouts.pass(1);
    await eventually(() => expect(queue.ids).toEqual(ids));
    await eventually(() =>
      expect(lines.slice(1)).toMatchObject([{ level: 'log', text: 'messages are being enqueued again' }]),
    );
  });

  it('stops at once while it pauses', async () => {
    await startPausing();
    await relay.stop();
  });

  it('finishes its batch before it stops, so that nothing is closed under it, and takes no other', async () => {
    await startPausing();
    const gate = slowAnswers();
    await bench.append(app, 150);
    await eventually(() => expect(queue.enqueued).toHaveLength(100));
    let hasStopped = false;
    const stopping = relay.stop().then(() => {
      hasStopped = true;
    });
    await bench.rows();
    expect(hasStopped).toBe(false);
    gate.resolve();
    await stopping;
    expect(queue.enqueued).toHaveLength(100);
  });
});

async function restoreTable(): Promise<void> {
  await bench.sql('alter table if exists writer.gone rename to outbox');
}

/** Changes with every update of a row. */
function versions(): Promise<object[]> {
  return bench.sql('select xmin, message_id from writer.outbox');
}
