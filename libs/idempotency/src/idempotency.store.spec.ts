import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Clock } from '#libs/clock';
import { DatabaseModule, defineSchema } from '#libs/database';
import { unavailable } from '#libs/problem';
import { databaseOf, startBackgroundApp } from '../../../test/support/background-app.js';
import { hold, useFixture } from '../../../test/support/fixture.js';
import { redisUrl } from '../../../test/support/servers.js';
import { IdempotencyModule } from './idempotency.module.js';
import { idempotencyKeyReused, idempotentRequestRunning } from './idempotency.problems.js';
import { IdempotencyStore } from './idempotency.store.js';

const schema = defineSchema('ledger', []);
const module = IdempotencyModule.forSchema(schema);

class SetClock extends Clock {
  private passedMs = 0;

  override now(): Date {
    return new Date(Date.UTC(2026, 0, 1) + this.passedMs);
  }

  pass(seconds: number): void {
    this.passedMs += seconds * 1_000;
  }
}
const clock = new SetClock();

const app = useFixture(async () => {
  const database = await hold(databaseOf(schema), (created) => created.drop());
  const starting = startBackgroundApp({
    jobs: [],
    redisUrl: await redisUrl(),
    clock,
    database: { url: database.url, schema },
    imports: [DatabaseModule.forFeature(schema), module],
  });
  return hold(starting, (started) => started.close());
});

const BODY = { amount: 7 };
let store: IdempotencyStore;
let id: string;

beforeEach(() => {
  store = app.get(IdempotencyStore);
  id = store.idOf('caller', 'POST /things', randomUUID());
});

describe('a key whose first request never ended, because its process was killed', () => {
  it('is locked for a minute, and then belongs to the next request that uses it', async () => {
    expect(await store.begin(id, BODY)).toBeUndefined();
    await expect(store.begin(id, BODY)).rejects.toMatchObject({ code: idempotentRequestRunning.code });
    clock.pass(59);
    await expect(store.begin(id, BODY)).rejects.toMatchObject({ code: idempotentRequestRunning.code });
    clock.pass(7);
    const other = { amount: 8 };
    expect(await store.begin(id, other)).toBeUndefined();
    await expect(store.begin(id, BODY)).rejects.toMatchObject({ code: idempotencyKeyReused.code });
    clock.pass(59);
    await expect(store.begin(id, other)).rejects.toMatchObject({ code: idempotentRequestRunning.code });
  });

  it('says first that another body is wrong, because waiting would not help', async () => {
    await store.begin(id, BODY);
    await expect(store.begin(id, { amount: 8 })).rejects.toMatchObject({ code: idempotencyKeyReused.code });
  });
});

describe('a stored response', () => {
  it('is replayed for a day, long after the lock', async () => {
    await store.begin(id, BODY);
    await store.complete(id, { status: 201 });
    clock.pass(86_399);
    expect(await store.begin(id, BODY)).toEqual({ status: 201 });
    clock.pass(2);
    expect(await store.begin(id, BODY)).toBeUndefined();
  });

  it('stays if the key is released later', async () => {
    await store.begin(id, BODY);
    await store.complete(id, { status: 201 });
    await store.release(id);
    expect(await store.begin(id, BODY)).toEqual({ status: 201 });
  });

  it('cannot be replayed under another key', async () => {
    const other = store.idOf('caller', 'POST /things', randomUUID());
    for (const [key, response] of [
      [id, 'own'],
      [other, 'foreign'],
    ] as const) {
      await store.begin(key, BODY);
      await store.complete(key, response);
    }
    await app.database.run((em) =>
      em.execute(
        `update ledger.idempotency_keys as k set answer = o.answer from ledger.idempotency_keys as o
          where k.id = ? and o.id = ?`,
        [id, other],
      ),
    );
    await expect(store.begin(id, BODY)).rejects.toThrow();
  });
});

describe('a key', () => {
  it('is free for another request once it is released', async () => {
    await store.begin(id, BODY);
    await store.release(id);
    expect(await store.begin(id, { amount: 8 })).toBeUndefined();
  });

  it('is one of its caller, route and value', () => {
    const ids = [
      store.idOf('caller', 'route', 'key'),
      store.idOf('other', 'route', 'key'),
      store.idOf('caller', 'other', 'key'),
      store.idOf('caller', 'route', 'other'),
      store.idOf('caller","route', '', 'key'),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    expect(store.idOf('caller', 'route', 'key')).toBe(ids[0]);
    expect(ids.join()).not.toMatch(/caller|route|key/);
  });

  it('of a request without a body is the same for every retry', async () => {
    await store.begin(id, undefined);
    await store.complete(id, 'done');
    expect(await store.begin(id, null)).toBe('done');
  });

  it('stays with the request that holds it if the claim of another gets lost on its way', async () => {
    await store.begin(id, BODY);
    const inside = store as unknown as {
      claimOrReplay(...args: unknown[]): Promise<unknown>;
      releaseLock(...args: unknown[]): Promise<void>;
    };
    const { releaseLock } = inside;
    let released: Promise<void> | undefined;
    inside.claimOrReplay = () => Promise.reject(unavailable());
    inside.releaseLock = (...args) => (released = releaseLock.apply(store, args));
    await expect(store.begin(id, BODY)).rejects.toMatchObject({ code: unavailable.code });
    await released;
    Reflect.deleteProperty(store, 'claimOrReplay');
    Reflect.deleteProperty(store, 'releaseLock');
    expect(released).toBeDefined();
    await expect(store.begin(id, BODY)).rejects.toMatchObject({ code: idempotentRequestRunning.code });
  });
});

describe('a result', () => {
  it('that the work keeps is stored as its response, in the transaction of the work', async () => {
    await store.begin(id, BODY);
    const work = () =>
      app.database.transaction(async (em) => {
        await store.keep(em, 'a thing');
        return 'a thing';
      });
    expect(await store.run(id, (result) => ({ body: result }), work)).toEqual({
      result: 'a thing',
      kept: true,
    });
    expect(await store.begin(id, BODY)).toEqual({ body: 'a thing' });
  });

  it('that the work keeps is gone with its transaction', async () => {
    await store.begin(id, BODY);
    const work = () =>
      app.database.transaction(async (em) => {
        await store.keep(em, 'a thing');
        throw new Error('rolled back');
      });
    await expect(store.run(id, (result) => result, work)).rejects.toThrow('rolled back');
    await expect(store.begin(id, BODY)).rejects.toMatchObject({ code: idempotentRequestRunning.code });
  });

  it('that the work does not keep is left to the caller', async () => {
    await store.begin(id, BODY);
    const done = await store.run(
      id,
      (result) => result,
      () => Promise.resolve('a thing'),
    );
    expect(done).toEqual({ result: 'a thing', kept: false });
    await expect(store.begin(id, BODY)).rejects.toMatchObject({ code: idempotentRequestRunning.code });
  });

  it('of a request without a key is not stored', async () => {
    const before = await keys();
    await app.database.transaction((em) => store.keep(em, 'a thing'));
    expect(await keys()).toEqual(before);
  });
});

it('the purge deletes expired keys only', async () => {
  const { signal } = new AbortController();
  clock.pass(2 * 86_400);
  await store.purge(signal);
  expect(await keys()).toEqual([]);
  await store.begin(id, BODY);
  clock.pass(86_000);
  const young = store.idOf('caller', 'POST /things', randomUUID());
  await store.begin(young, BODY);
  clock.pass(401);
  expect(await store.purge(signal)).toBe(1);
  expect(await keys()).toEqual([{ id: young }]);
});

function keys(): Promise<object[]> {
  return app.database.run((em) => em.execute('select id from ledger.idempotency_keys'));
}
