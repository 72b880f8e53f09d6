import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Sealer } from '#libs/crypto';
import { Clock } from '#libs/clock';
import { defineJob, InvalidPayloadError, Tick } from '#libs/jobs';
import type { BackgroundApp } from '../../../test/support/background-app.js';
import {
  ADA,
  type OutboxTableRow,
  Registered,
  registered,
  useOutboxBench,
  writer,
} from '../../../test/support/outbox-bench.js';
import { defineMessage, defineTask, type DeliverMessage, Inbox, Outbox } from './index.js';
import { openMessage } from './open-message.js';
import { OutboxSignal } from './outbox-signal.js';

const bench = useOutboxBench();
const chore = defineTask(
  defineJob('chore', {
    payload: Tick,
    role: 'writer',
    concurrency: 1,
    timeoutMs: 1_000,
    attempts: 1,
    backoff: { baseMs: 1, capMs: 1, jitter: 0 },
  }),
  (startsAt) => ({ startsAt }),
);
const unheard = defineMessage('someone.waved', { data: Registered, to: [] });

describe('Outbox', () => {
  it('inserts a message in the transaction of the change', async () => {
    const app = await bench.start();
    const id = await app.database.transaction(async (em) => {
      const appended = await append(app, em);
      expect(await bench.rows()).toEqual([]);
      return appended;
    });
    expect((await bench.rows()).map((row) => row.message_id)).toEqual([id]);
  });

  it('discards messages when the transaction is rolled back', async () => {
    const app = await bench.start();
    const failing = app.database.transaction(async (em) => {
      await append(app, em);
      throw new Error('the change failed');
    });
    await expect(failing).rejects.toThrow('the change failed');
    expect(await bench.rows()).toEqual([]);
  });

  it('inserts a message together with a change and its record, without a transaction: all or nothing', async () => {
    const app = await bench.start();
    let told = 0;
    app.get(OutboxSignal).onCommit(() => {
      told += 1;
    });
    const [subject, id, record] = [randomUUID(), randomUUID(), randomUUID()];
    const insertion = `insert into ${writer.name}.inbox (message_id, received_at) select ?::uuid, now()`;
    const together = (condition: string) =>
      app.database.run((em) =>
        app.get(Outbox).appendWith(em, registered, subject, ADA, {
          change: { sql: `${insertion} where ${condition} returning message_id`, values: [id] },
          record: { sql: `${insertion} from changed`, values: [record] },
        }),
      );
    const stored = async () => [
      (await bench.rows()).map((row) => row.type),
      (await bench.sql(`select message_id from ${writer.name}.inbox`)).map((row) => row.message_id).sort(),
      told,
    ];
    expect(await together('false')).toBe(false);
    expect(await stored()).toEqual([[], [], 0]);
    expect(await together('true')).toBe(true);
    const all = [[registered.type], [id, record].sort(), 1];
    expect(await stored()).toEqual(all);
    await expect(together('true')).rejects.toThrow();
    expect(await stored()).toEqual(all);
  });

  it('signals messages on commit, not earlier and not after a rollback', async () => {
    const app = await bench.start();
    let told = 0;
    app.get(OutboxSignal).onCommit(() => {
      told += 1;
    });
    await app.database.transaction(async (em) => {
      await append(app, em);
      expect(told).toBe(0);
    });
    expect(told).toBe(1);
    const failing = app.database.transaction(async (em) => {
      await append(app, em);
      throw new Error('the change failed');
    });
    await expect(failing).rejects.toThrow('the change failed');
    await app.database.transaction((em) => em.execute('select 1'));
    expect(told).toBe(1);
  });

  it('rejects messages outside a transaction and invalid data', async () => {
    const { database: db, get } = await bench.start();
    const outbox = get(Outbox);
    await expect(db.run((em) => outbox.append(em, registered, randomUUID(), ADA))).rejects.toThrow(
      /transaction/,
    );
    const bad = { email: 'nobody' };
    await expect(db.transaction((em) => outbox.append(em, registered, randomUUID(), bad))).rejects.toThrow(
      InvalidPayloadError,
    );
    expect(await bench.rows()).toEqual([]);
  });

  it('writes nothing for a message without receivers', async () => {
    const app = await bench.start();
    await app.database.transaction((em) => app.get(Outbox).append(em, unheard, randomUUID(), ADA));
    expect(await bench.rows()).toEqual([]);
  });

  it('stores when a task was added, so that one that waits for too long is noticed', async () => {
    const app = await bench.start();
    const [id, subject] = [randomUUID(), randomUUID()];
    await app.database.transaction((em) => app.get(Outbox).appendTask(em, chore, id, subject));
    const [row] = await bench.rows();
    expect(row).toMatchObject({ message_id: id, consumer: 'chore', type: 'chore', subject, sealed: null });
    expect(Math.abs(Number(row?.occurred_at) - Date.now())).toBeLessThan(60_000);
  });

  it('seals data for one message only', async () => {
    const app = await bench.start();
    await bench.append(app, 2);
    const [one, other] = await bench.rows();
    expect(JSON.stringify([one, other])).not.toContain('ada@example.com');
    const sealer = app.get(Sealer);
    expect(openMessage(sealer, asDelivered(one)).data).toMatchObject({ email: 'ada@example.com' });
    expect(() => openMessage(sealer, { ...asDelivered(one), sealed: other?.sealed ?? '' })).toThrow(/opened/);
  });
});

describe('Inbox', () => {
  it('accepts a message once, even when it arrives several times at once', async () => {
    const app = await bench.start();
    const id = randomUUID();
    const accept = () => app.database.transaction((em) => app.get(Inbox).accept(em, id));
    expect((await Promise.all([accept(), accept(), accept()])).sort()).toEqual([false, false, true]);
  });

  it('stores when a message arrived by the clock that its purge goes by', async () => {
    const app = await bench.start();
    const id = randomUUID();
    const inbox = new Inbox('writer', new OldClock());
    await app.database.transaction((em) => inbox.accept(em, id));
    const rows = await bench.sql(`select message_id from writer.inbox where received_at = '2001-01-01Z'`);
    expect(rows).toEqual([{ message_id: id }]);
  });

  it('accepts nothing outside a transaction, in which a message could be lost', async () => {
    const app = await bench.start();
    await expect(app.database.run((em) => app.get(Inbox).accept(em, randomUUID()))).rejects.toThrow(
      /transaction/,
    );
  });

  it('accepts a message again after the transaction was rolled back', async () => {
    const app = await bench.start();
    const id = randomUUID();
    const failing = app.database.transaction(async (em) => {
      await app.get(Inbox).accept(em, id);
      throw new Error('the effect failed');
    });
    await expect(failing).rejects.toThrow('the effect failed');
    expect(await app.database.transaction((em) => app.get(Inbox).accept(em, id))).toBe(true);
  });
});

class OldClock extends Clock {
  override now(): Date {
    return new Date('2001-01-01Z');
  }
}

function append(app: BackgroundApp, em: EntityManager): Promise<string> {
  return app.get(Outbox).append(em, registered, randomUUID(), ADA);
}

function asDelivered(row: OutboxTableRow | undefined): DeliverMessage {
  const { message_id: messageId = '', type = '', subject = '', sealed = '' } = row ?? {};
  return { messageId, type, subject, sealed, occurredAt: new Date().toISOString(), from: 'writer' };
}
