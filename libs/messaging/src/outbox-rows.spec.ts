import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { BackgroundApp } from '../../../test/support/background-app.js';
import { useOutboxBench, writer } from '../../../test/support/outbox-bench.js';
import { type OutboxRow, OutboxRows } from './outbox-rows.js';

const bench = useOutboxBench();
const rows = new OutboxRows(writer.name);

describe('rows of the outbox', () => {
  it('are taken once by several relays, none of which waits for another', async () => {
    const app = await bench.start();
    const ids = await bench.append(app, 6);
    const taken = await app.database.transaction(async (em) => {
      const first = await take(em, 2);
      const second = await takeWithoutWaiting(app, 2);
      const third = await takeWithoutWaiting(app, 6);
      return [first, second, third];
    });
    expect(taken.map(({ length }) => length)).toEqual([2, 2, 2]);
    expect(taken.flat().sort()).toEqual(ids.sort());
    expect((await bench.rows()).map(({ attempts }) => attempts)).toEqual([1, 1, 1, 1, 1, 1]);
  });

  // An outbox is usually almost empty when autovacuum counts its rows, which leads to other plans.
  it('are never more than asked for, even if PostgreSQL expects only one', async () => {
    const app = await bench.start();
    const [kept = ''] = await bench.append(app, 250);
    await bench.sql(`delete from writer.outbox where message_id <> '${kept}'`);
    await bench.sql('analyze writer.outbox');
    await bench.append(app, 150);
    expect(await app.database.run((em) => take(em, 100))).toHaveLength(100);
  });

  it('are taken by how long they have been due, so that none waits forever behind newer ones', async () => {
    const app = await bench.start();
    const [first = '', second = '', third = ''] = await bench.append(app, 3);
    // Not in the order in which PostgreSQL finds them.
    for (const [id, minutes] of [
      [second, 1],
      [third, 3],
      [first, 2],
    ] as const) {
      await bench.makeDue(id, minutes);
    }
    const next = () => app.database.run((em) => take(em, 1));
    expect([await next(), await next(), await next()]).toEqual([[third], [first], [second]]);
  });

  it('that are taken together are in the order of their ids, which is that of time', async () => {
    const app = await bench.start();
    const ids = (await bench.append(app, 3)).sort();
    for (const id of ids.toReversed()) {
      await bench.makeDue(id);
    }
    expect(await app.database.run((em) => take(em, 3))).toEqual(ids);
  });

  it('that could not be enqueued are due again in a second, without a counted attempt', async () => {
    const app = await bench.start();
    await bench.append(app, 2);
    for (let round = 1; round <= 3; round++) {
      const [row] = await app.database.run((em) => rows.take(em, 1));
      await app.database.run((em) => rows.putBack(em, row ? [row] : []));
      const put = (await bench.rows()).find(({ message_id: id }) => id === row?.messageId);
      expect(put).toMatchObject({ attempts: 0 });
      expect(Number(put?.due_in)).toBeGreaterThan(0);
      expect(Number(put?.due_in)).toBeLessThanOrEqual(1);
      await bench.makeDue();
    }
  });

  it('keep everything that consumers and logs need to know about their message', async () => {
    const app = await bench.start();
    const row = aRow({
      occurredAt: new Date('2026-01-02T03:04:05.678Z'),
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      requestId: 'a-request',
    });
    await app.database.run((em) => rows.insert(em, [row]));
    expect(await app.database.run((em) => rows.take(em, 1))).toEqual([row]);
  });

  it('of one message are taken and put back each for itself, because its consumers confirm it at other times', async () => {
    const app = await bench.start();
    const [due, other] = [aRow(), aRow()];
    const later = { ...due, consumer: 'later' };
    await app.database.run((em) => rows.insert(em, [due, other, later]));
    await bench.sql(
      `update ${writer.name}.outbox set next_at = now() + interval '1 hour' where consumer = 'later'`,
    );
    const taken = await app.database.run((em) => rows.take(em, 10));
    expect(new Set(taken)).toEqual(new Set([due, other]));
    await app.database.run((em) => rows.putBack(em, [due]));
    const waits = new Map(
      (await bench.rows()).map((row) => [`${row.message_id} ${row.consumer}`, Number(row.due_in)]),
    );
    expect(waits.get(`${due.messageId} ${due.consumer}`)).toBeLessThanOrEqual(1);
    expect(waits.get(`${other.messageId} ${other.consumer}`)).toBeGreaterThan(5);
    expect(waits.get(`${due.messageId} later`)).toBeGreaterThan(3_000);
  });

  it('are still taken after thousands of attempts, in which the interval would outgrow any number', async () => {
    const app = await bench.start();
    const [id] = await bench.append(app, 1);
    await bench.sql(`update ${writer.name}.outbox set attempts = 20000`);
    expect(await app.database.run((em) => take(em, 1))).toEqual([id]);
    expect(Number((await bench.rows())[0]?.due_in)).toBeCloseTo(300, -1);
  });

  it('are no backlog for consumers that may wait for days', async () => {
    const app = await bench.start();
    const [mine, other] = [aRow({ consumer: 'patient' }), aRow({ consumer: 'urgent' })];
    await app.database.run((em) => rows.insert(em, [mine, other]));
    expect(await app.database.run((em) => rows.backlog(em, ['patient']))).toMatchObject({ rows: 1 });
    expect(await app.database.run((em) => rows.backlog(em))).toMatchObject({ rows: 2 });
  });

  it('are no backlog before they are due, and as old as that afterwards', async () => {
    const app = await bench.start();
    const inAnHour = new Date(Date.now() + 3_600_000);
    const [later, now] = [aRow({ occurredAt: inAnHour, dueAt: inAnHour }), aRow()];
    await app.database.run((em) => rows.insert(em, [later, now]));
    expect(await app.database.run((em) => rows.backlog(em))).toMatchObject({ rows: 1 });
    expect(await app.database.run((em) => take(em, 2))).toEqual([now.messageId]);
    const aMinuteAgo = new Date(Date.now() - 60_000);
    await app.database.run((em) => rows.postpone(em, later.messageId, later.consumer, aMinuteAgo));
    expect(await app.database.run((em) => take(em, 2))).toEqual([later.messageId]);
    await app.database.run((em) => rows.remove(em, [now]));
    const { oldestAgeSeconds } = await app.database.run((em) => rows.backlog(em));
    expect(oldestAgeSeconds).toBeGreaterThanOrEqual(60);
    expect(oldestAgeSeconds).toBeLessThan(70);
  });

  it('have no negative age if the clock of their process was ahead', async () => {
    const app = await bench.start();
    await app.database.run((em) => rows.insert(em, [aRow({ occurredAt: new Date(Date.now() + 3_600_000) })]));
    expect(await app.database.run((em) => rows.backlog(em))).toEqual({ rows: 1, oldestAgeSeconds: 0 });
  });
});

function aRow(given: Partial<OutboxRow> = {}): OutboxRow {
  return {
    messageId: randomUUID(),
    consumer: 'reader',
    type: 'someone.registered',
    subject: randomUUID(),
    occurredAt: new Date(),
    sealed: 'sealed',
    traceparent: null,
    requestId: null,
    ...given,
  };
}

async function take(em: EntityManager, limit: number): Promise<string[]> {
  return (await rows.take(em, limit)).map(({ messageId }) => messageId);
}

function takeWithoutWaiting(app: BackgroundApp, limit: number): Promise<string[]> {
  return app.database.transaction(async (em) => {
    await em.execute(`set local lock_timeout = '1s'`);
    return take(em, limit);
  });
}
