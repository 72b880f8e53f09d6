import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { DeliverMessage } from '#libs/contracts';
import { Sealer } from '#libs/crypto';
import { InvalidPayloadError } from '#libs/jobs';
import { type OutboxTableRow, registered, useOutboxBench } from '../../../test/support/outbox-bench.js';
import { Inbox, openMessage, Outbox } from './index.js';
import { OutboxSignal } from './outbox-signal.js';

const bench = useOutboxBench();

describe('Outbox', () => {
  it('inserts messages in the transaction of the change, in one statement', async () => {
    const app = await bench.start();
    const statements: string[] = [];
    app.orm.config.set('onQuery', (sql) => {
      statements.push(sql);
      return sql;
    });
    const [first, second] = await app.database.write((em) =>
      app.get(Outbox).append(em, registered(), registered()),
    );
    expect(statements.filter((sql) => sql.includes('insert into'))).toHaveLength(1);
    expect((await bench.rows()).map(({ message_id: id }) => id).sort()).toEqual([first, second].sort());
  });

  it('discards messages when the transaction is rolled back', async () => {
    const app = await bench.start();
    const failing = app.database.write(async (em) => {
      await app.get(Outbox).append(em, registered());
      throw new Error('the change failed');
    });
    await expect(failing).rejects.toThrow('the change failed');
    expect(await bench.rows()).toEqual([]);
  });

  it('signals messages on commit, not earlier and not after a rollback', async () => {
    const app = await bench.start();
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

  it('rejects messages outside a transaction and invalid data', async () => {
    const { database: db, get } = await bench.start();
    const outbox = get(Outbox);
    await expect(db.read((em) => outbox.append(em, registered()))).rejects.toThrow(/transaction/);
    const bad = registered({ email: 'nobody' });
    await expect(db.write((em) => outbox.append(em, bad))).rejects.toThrow(InvalidPayloadError);
    expect(await bench.rows()).toEqual([]);
  });

  it('seals data for one message only', async () => {
    const app = await bench.start();
    await app.database.write((em) => app.get(Outbox).append(em, registered(), registered()));
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
    const accept = () => app.database.write((em) => app.get(Inbox).accept(em, id));
    expect((await Promise.all([accept(), accept(), accept()])).sort()).toEqual([false, false, true]);
  });

  it('accepts a message again after the transaction was rolled back', async () => {
    const app = await bench.start();
    const id = randomUUID();
    const failing = app.database.write(async (em) => {
      await app.get(Inbox).accept(em, id);
      throw new Error('the effect failed');
    });
    await expect(failing).rejects.toThrow('the effect failed');
    expect(await app.database.write((em) => app.get(Inbox).accept(em, id))).toBe(true);
  });
});

function asDelivered(row: OutboxTableRow | undefined): DeliverMessage {
  const { message_id: messageId = '', type = '', subject = '', sealed = '' } = row ?? {};
  return { messageId, type, subject, sealed, occurredAt: new Date().toISOString() };
}
