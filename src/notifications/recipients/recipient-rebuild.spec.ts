import { describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import type { DirectoryUser } from '#libs/contracts';
import { useRecipientsBench } from '../../../test/support/recipients-bench.js';
import { RecipientRebuildRuns } from './recipient-rebuild-runs.js';
import { RecipientRebuilds } from './recipient-rebuilds.js';

const bench = useRecipientsBench();

/** Begins one and runs it. */
async function rebuild(): Promise<void> {
  expect(await bench.app.get(RecipientRebuilds).begin()).toBe(true);
  await run(await unfinished());
}

async function run(ids: readonly string[], signal = new AbortController().signal): Promise<void> {
  expect(ids).toHaveLength(1);
  await bench.app.get(RecipientRebuildRuns).run(ids[0] ?? '', signal);
}

async function unfinished(): Promise<string[]> {
  const rows = await bench.sql<{ id: string }>(
    'select id from notifications.recipient_rebuilds where finished_at is null',
  );
  return rows.map(({ id }) => id);
}

describe('a rebuild', () => {
  it('adds who is missing, updates who is older, and removes who does not exist any more', async () => {
    const users = Array.from({ length: 1_200 }, () => bench.aUser());
    const [changed, gone] = [users[3] as DirectoryUser, users[600] as DirectoryUser];
    await bench.store(...users.slice(0, 700));
    bench.accounts.users.delete(gone.id);
    const newer = bench.aUser({ ...changed, version: 5, locale: 'de' });
    await rebuild();
    const rows = await bench.sql('select user_id from notifications.recipients where changed_by is null');
    expect(rows).toHaveLength(1_199);
    expect([await bench.copyOf(changed), await bench.copyOf(gone)]).toEqual([newer, null]);
    expect(await bench.sql('select from notifications.outbox')).toEqual([]);
  });

  it('keeps who is created while it runs, behind where it is', async () => {
    const early = bench.aUser({ id: v7({ msecs: 1 }) });
    bench.accounts.users.delete(early.id);
    bench.aUser();
    bench.accounts.meanwhile = async () => {
      bench.accounts.users.set(early.id, early);
      await bench.store(early);
    };
    await rebuild();
    expect(await bench.copyOf(early)).toEqual(early);
  });

  it('is one at a time, and goes on where another run has ended', async () => {
    const users = Array.from({ length: 1_200 }, () => bench.aUser());
    const rebuilds = bench.app.get(RecipientRebuilds);
    expect(await Promise.all([rebuilds.begin(), rebuilds.begin()])).toEqual(
      expect.arrayContaining([true, false]),
    );
    const begun = await unfinished();
    const stopping = new AbortController();
    bench.accounts.meanwhile = () => Promise.resolve(stopping.abort());
    await expect(run(begun, stopping.signal)).rejects.toThrow('next run');
    expect(await bench.sql('select users_done from notifications.recipient_rebuilds')).toEqual([
      { users_done: 500 },
    ]);
    await run(begun);
    expect(await bench.sql('select users_done from notifications.recipient_rebuilds')).toEqual([
      { users_done: users.length },
    ]);
  });

  it('begins by itself if there has been none, and a day after the last one', async () => {
    const rebuilds = bench.app.get(RecipientRebuilds);
    await rebuilds.beginIfDue();
    expect(await unfinished()).toHaveLength(1);
    await bench.sql(
      `update notifications.recipient_rebuilds set finished_at = '${bench.clock.now().toISOString()}'`,
    );
    bench.clock.advance(23 * 3_600_000);
    await rebuilds.beginIfDue();
    expect(await unfinished()).toEqual([]);
    bench.clock.advance(3_600_001);
    await rebuilds.beginIfDue();
    expect(await unfinished()).toHaveLength(1);
  });
});
