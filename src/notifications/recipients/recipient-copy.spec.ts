import { describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import {
  AccountDirectory,
  type DirectoryUser,
  userDeletedEvent,
  userRegisteredEvent,
  userUpdatedEvent,
} from '#libs/contracts';
import { internalError, unavailable } from '#libs/problem';
import { useRecipientsBench } from '../../../test/support/recipients-bench.js';
import { eventually } from '../../../test/support/servers.js';
import { eraseRecipient } from './erase-recipient.js';
import { RecipientCopy } from './recipient-copy.js';
import { RecipientRefresh } from './recipient-refresh.js';
import { findOutdated, markOutdated } from './recipient.repository.js';

const bench = useRecipientsBench();
const find = ({ id }: DirectoryUser) => bench.app.get(AccountDirectory).find(id);
const erase = ({ id }: DirectoryUser) =>
  bench.app.database.transaction((em) => eraseRecipient(em, id, bench.clock.now()));

/** Waits until a transaction waits for the lock of a recipient. */
async function somebodyWaits(): Promise<void> {
  await eventually(async () => {
    const waiting = await bench.sql(
      `select 1 as waiting from pg_locks where locktype = 'advisory' and not granted
         and database = (select oid from pg_database where datname = current_database())`,
    );
    expect(waiting).toHaveLength(1);
  });
}

describe('the copy of a user', () => {
  it('is that of the newest version, in whatever order the answers arrive', async () => {
    const first = bench.aUser({ displayName: 'Ada' });
    const second = { ...first, version: 2, displayName: 'Countess' };
    await bench.store(second);
    await bench.store(first);
    expect(await bench.copyOf(first)).toEqual(second);
    await bench.store({ ...second, version: 3, displayName: null });
    expect(await bench.copyOf(first)).toMatchObject({ version: 3, displayName: null });
  });

  it('is that of the newest version if two answers are stored at once', async () => {
    const ada = bench.aUser();
    let older: Promise<void> | undefined;
    await bench.app.database.transaction(async (em) => {
      await bench.app.get(RecipientCopy).store(em, [{ ...ada, version: 2, displayName: 'Ada' }]);
      older = bench.store(ada);
      await somebodyWaits();
    });
    await older;
    expect(await bench.copyOf(ada)).toMatchObject({ version: 2, displayName: 'Ada' });
  });

  it('does not come back once the user is erased, even if the answer of accounts is older than that', async () => {
    const [ada, newcomer, eve] = [bench.aUser(), bench.aUser(), bench.aUser()];
    await bench.store(ada);
    let stored: Promise<void> | undefined;
    await bench.app.database.transaction(async (em) => {
      await eraseRecipient(em, ada.id, bench.clock.now());
      await eraseRecipient(em, newcomer.id, bench.clock.now());
      stored = bench.store({ ...ada, version: 2 }, newcomer, eve);
      await somebodyWaits();
    });
    await stored;
    expect(await Promise.all([ada, newcomer, eve].map((user) => bench.copyOf(user)))).toEqual([
      null,
      null,
      eve,
    ]);
    await bench.happens(userUpdatedEvent, ada, { changed: ['email'] });
    expect(await bench.sql('select user_id from notifications.recipients')).toEqual([{ user_id: eve.id }]);
  });

  it('is brought up to date after an event about what it has', async () => {
    const ada = bench.aUser();
    await bench.happens(userRegisteredEvent, ada);
    await eventually(async () => expect(await bench.copyOf(ada)).toEqual(ada));
    const renamed = bench.aUser({ ...ada, version: 2, displayName: 'Ada' });
    await bench.happens(userUpdatedEvent, ada, { changed: ['displayName', 'metadata'] });
    await eventually(async () => expect(await bench.copyOf(ada)).toEqual(renamed));
    const { asked } = bench.accounts;
    await bench.happens(userUpdatedEvent, ada, { changed: ['metadata', 'roles'] });
    await bench.app.get(RecipientRefresh).run(new AbortController().signal);
    expect(bench.accounts.asked).toBe(asked);
  });

  it('is deleted with the user', async () => {
    const ada = bench.aUser();
    await bench.store(ada);
    bench.accounts.users.delete(ada.id);
    await bench.happens(userDeletedEvent, ada);
    expect(await bench.sql('select user_id from notifications.recipients')).toEqual([]);
  });

  it('stays outdated if the user has changed again while accounts was asked', async () => {
    const ada = bench.aUser();
    const [first, second] = [v7(), v7()];
    const mark = (changedBy: string) =>
      bench.app.database.run((em) => markOutdated(em, { userId: ada.id, changedBy }, bench.clock.now()));
    await mark(first);
    const asked = await bench.app.database.run((em) => findOutdated(em, 10));
    await mark(second);
    await bench.app.database.transaction((em) => bench.app.get(RecipientCopy).replace(em, asked, [ada]));
    expect(await bench.copyOf(ada)).toBeNull();
    expect(await bench.app.database.run((em) => findOutdated(em, 10))).toEqual([
      { userId: ada.id, changedBy: second },
    ]);
  });
});

describe('a directory with a copy', () => {
  it('answers what accounts says, and remembers it', async () => {
    const ada = bench.aUser();
    expect(await find(ada)).toEqual(ada);
    expect(await bench.copyOf(ada)).toEqual(ada);
    bench.accounts.users.delete(ada.id);
    expect(await find(ada)).toBeNull();
  });

  it('answers from the copy while accounts is away, and only sometimes asks', async () => {
    const [ada, unknown] = [bench.aUser(), bench.aUser()];
    await bench.store(ada);
    bench.accounts.failure = unavailable();
    for (let time = 0; time < 5; time += 1) {
      expect(await find(ada)).toEqual(ada);
    }
    expect(bench.accounts.asked).toBe(1);
    await expect(find(unknown)).rejects.toThrow(bench.accounts.failure);
    bench.clock.advance(5_000);
    await Promise.all([find(ada), find(ada), find(ada)]);
    expect(bench.accounts.asked).toBe(3);
    bench.clock.advance(5_000);
    bench.accounts.failure = undefined;
    const renamed = bench.aUser({ ...ada, version: 2, displayName: 'Ada' });
    expect(await find(ada)).toEqual(renamed);
  });

  it('does not answer from a copy that is known to be outdated', async () => {
    const ada = bench.aUser();
    await bench.store(ada);
    bench.accounts.failure = unavailable();
    await bench.happens(userUpdatedEvent, ada, { changed: ['email'] });
    await expect(find(ada)).rejects.toThrow(bench.accounts.failure);
    bench.accounts.failure = undefined;
    bench.clock.advance(5_000);
    const moved = bench.aUser({ ...ada, version: 2, email: 'new@acme.test' });
    expect(await find(ada)).toEqual(moved);
    // Accounts answers again, so what is outdated is asked about.
    await eventually(async () => expect(await bench.copyOf(ada)).toEqual(moved));
  });

  it('does not hide a mistake', async () => {
    const ada = bench.aUser();
    await bench.store(ada);
    bench.accounts.failure = internalError();
    await expect(find(ada)).rejects.toThrow(bench.accounts.failure);
  });

  it('does not answer about who was erased', async () => {
    const ada = bench.aUser();
    await bench.store(ada);
    await erase(ada);
    bench.accounts.failure = unavailable();
    await expect(find(ada)).rejects.toThrow(bench.accounts.failure);
  });
});
