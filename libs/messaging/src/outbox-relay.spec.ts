import { describe, expect, it } from '@jest/globals';
import { Sealer } from '#libs/crypto';
import { eventually } from '../../../test/support/servers.js';
import { useOutboxBench, writer } from '../../../test/support/outbox-bench.js';
import type { DeliverMessage } from './index.js';
import { openMessage } from './open-message.js';
import { type OutboxRow, OutboxRows } from './outbox-rows.js';

const ALL = { relay: true, consumer: true };

const bench = useOutboxBench();

describe('the relay', () => {
  it('delivers a message once it is committed and removes it once it is confirmed', async () => {
    const app = await bench.start(ALL);
    const [id] = await bench.append(app, 1);
    await eventually(async () => {
      expect(bench.consumption.taken).toEqual([id]);
      expect(await bench.rows()).toEqual([]);
    });
    const delivered = bench.consumption.delivered[0] as DeliverMessage;
    const message = openMessage(app.get(Sealer), delivered);
    expect(message).toMatchObject({ id, type: 'someone.registered', data: { email: 'ada@example.com' } });
    expect(message.occurredAt).toEqual(new Date(delivered.occurredAt));
    expect(Math.abs(message.occurredAt.getTime() - Date.now())).toBeLessThan(60_000);
  });

  it('delivers each message once with several relays', async () => {
    const [app] = await Promise.all([bench.start(ALL), bench.start(ALL), bench.start(ALL)]);
    const ids = await bench.append(app, 300);
    await eventually(async () => expect(await bench.rows()).toEqual([]), { timeoutMs: 20_000 });
    expect(bench.consumption.taken.sort()).toEqual([...ids].sort());
    expect(bench.consumption.delivered).toHaveLength(300);
  });

  it('redelivers a message whose confirmation was lost, and it takes effect once', async () => {
    bench.consumption.confirms = false;
    const app = await bench.start(ALL);
    const [id] = await bench.append(app, 1);
    // Any earlier, the first delivery might still be confirmed.
    await eventually(() => {
      expect(bench.consumption.taken).toEqual([id]);
    });
    bench.consumption.confirms = true;
    await eventually(async () => {
      // Again and again: while the first job is not yet gone from its queue, its id makes the second one a no-op.
      if (bench.consumption.delivered.length < 2) {
        await bench.makeDue();
      }
      expect(bench.consumption.delivered.length).toBeGreaterThanOrEqual(2);
      expect(await bench.rows()).toEqual([]);
    });
    expect(bench.consumption.taken).toEqual([id]);
  });

  it('redelivers at growing intervals', async () => {
    bench.consumption.confirms = false;
    const app = await bench.start(ALL);
    await bench.append(app, 1);
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 7; attempt++) {
      const [row] = await eventually(async () => {
        const found = await bench.rows();
        expect(found[0]?.attempts).toBe(attempt);
        return found;
      });
      waits.push(Math.round(Number(row?.due_in)));
      await bench.makeDue();
    }
    expect(waits).toEqual([10, 20, 40, 80, 160, 300, 300].map((wait) => expect.closeTo(wait, -1)));
  });

  it('loses nothing when Redis loses everything', async () => {
    const worker = await bench.start({ relay: true });
    const ids = await bench.append(worker, 50);
    await eventually(async () => expect(await bench.waiting()).toBe(50));
    await bench.flushRedis();
    expect(await bench.waiting()).toBe(0);
    await bench.makeDue();
    await bench.start({ consumer: true });
    await eventually(async () => expect(await bench.rows()).toEqual([]), { timeoutMs: 20_000 });
    expect(bench.consumption.taken.sort()).toEqual([...ids].sort());
  });

  it('does not enqueue a message twice while its job is waiting', async () => {
    const worker = await bench.start({ relay: true });
    await bench.append(worker, 1);
    await eventually(async () => expect((await bench.rows())[0]?.attempts).toBe(1));
    await bench.makeDue();
    await eventually(async () => expect((await bench.rows())[0]?.attempts).toBe(2));
    expect(await bench.waiting()).toBe(1);
  });

  it('resumes after Redis was down', async () => {
    const app = await bench.start(ALL);
    await bench.redis.stop();
    const ids = await bench.append(app, 5);
    await bench.redis.restart();
    await eventually(async () => expect(await bench.rows()).toEqual([]), { timeoutMs: 20_000 });
    expect(bench.consumption.taken.sort()).toEqual([...ids].sort());
  });

  it('tries again within seconds what a Redis that is full has refused', async () => {
    const app = await bench.start(ALL);
    await bench.limitRedis('1');
    const ids = await bench.append(app, 2);
    await eventually(async () => expect(Number((await bench.rows())[0]?.due_in)).toBeGreaterThan(0));
    await bench.limitRedis('0');
    // Sooner than a message that was enqueued and wasn't confirmed.
    await eventually(async () => expect(await bench.rows()).toEqual([]), { timeoutMs: 7_000 });
    expect(bench.consumption.taken.sort()).toEqual([...ids].sort());
  });

  it('ends before its process closes its connections', async () => {
    const app = await bench.start({ relay: true });
    const gate = Promise.withResolvers<OutboxRow[]>();
    let isTaking = false;
    app.get(OutboxRows).take = () => {
      isTaking = true;
      return gate.promise;
    };
    await eventually(() => expect(isTaking).toBe(true));
    let isClosed = false;
    const closing = bench.stop(app).then(() => {
      isClosed = true;
    });
    // The time that others need to close.
    for (let count = 1; count <= 2; count++) {
      await bench.stop(await bench.start({ relay: true }));
    }
    expect(isClosed).toBe(false);
    gate.resolve([]);
    await closing;
  });

  it('resumes after PostgreSQL terminated its connections', async () => {
    const app = await bench.start(ALL);
    await bench.cutConnections();
    await eventually(() => app.database.run((em) => em.execute('select 1')));
    const ids = await bench.append(app, 5);
    await eventually(async () => expect(await bench.rows()).toEqual([]));
    expect(bench.consumption.taken.sort()).toEqual([...ids].sort());
  });

  it('reports how many messages wait, and for how long the oldest does', async () => {
    bench.consumption.confirms = false;
    const app = await bench.start(ALL);
    const [, oldest] = await bench.append(app, 3);
    await bench.sql(
      `update ${writer.name}.outbox set occurred_at = occurred_at - interval '1 hour' where message_id = '${oldest}'`,
    );
    const text = await app.registry.metrics();
    expect(text).toContain('gatehouse_outbox_messages{schema="writer"} 3');
    expect(Number(/oldest_seconds\{schema="writer"\} ([\d.]+)/.exec(text)?.[1])).toBeGreaterThan(3_590);
  });
});
