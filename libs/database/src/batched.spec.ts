import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from '@jest/globals';
import { unavailable } from '#libs/problem';
import { batched } from './batched.js';

describe('work that is done in batches', () => {
  it('is done at once for a caller who is alone', async () => {
    const { batches, work } = gatedWork();
    const double = batched(work, 10);
    const one = double(1);
    await Promise.resolve();
    await Promise.resolve();
    expect(batches.map(({ items }) => items)).toEqual([[1]]);
    batches[0]?.end();
    expect(await one).toBe(2);
  });

  it('is done together for all who come while an earlier batch is worked on, and each gets what is theirs', async () => {
    const { batches, work, begun } = gatedWork();
    const double = batched(work, 10);
    const first = double(1);
    await begun(1);
    const others = [2, 3, 2].map(double);
    await begun(1);
    batches[0]?.end();
    await begun(2);
    batches[1]?.end();
    expect(await Promise.all([first, ...others])).toEqual([2, 4, 6, 4]);
    expect(batches.map(({ items }) => items)).toEqual([[1], [2, 3, 2]]);
  });

  it('has no more callers in a batch than the limit', async () => {
    const { batches, work, begun } = gatedWork();
    const double = batched(work, 2);
    const all = [1, 2, 3, 4, 5].map(double);
    await begun(3);
    batches.forEach(({ end }) => end());
    expect(await Promise.all(all)).toEqual([2, 4, 6, 8, 10]);
    expect(batches.map(({ items }) => items)).toEqual([[1, 2], [3, 4], [5]]);
  });

  it('is done for each alone if it fails for several, so that nobody fails because of another', async () => {
    const asked: (readonly number[])[] = [];
    const half = batched((items: readonly number[]) => {
      asked.push(items);
      const odd = items.find((item) => item % 2 === 1);
      return odd === undefined
        ? Promise.resolve(items.map((item) => item / 2))
        : Promise.reject(new Error(`${odd} is odd`));
    }, 10);
    const results = await Promise.allSettled([4, 3, 8].map(half));
    expect(results).toMatchObject([
      { status: 'fulfilled', value: 2 },
      { status: 'rejected', reason: new Error('3 is odd') },
      { status: 'fulfilled', value: 4 },
    ]);
    expect(asked).toEqual([[4, 3, 8], [4], [3], [8]]);
  });

  it('fails once for all if PostgreSQL is unavailable, and goes on with the next batch', async () => {
    let asked = 0;
    const echo = batched((items: readonly number[]) => {
      asked += 1;
      return asked === 1 ? Promise.reject(unavailable()) : Promise.resolve(items);
    }, 10);
    const results = await Promise.allSettled([echo(1), echo(2)]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(asked).toBe(1);
    expect(await echo(3)).toBe(3);
  });

  it('lets a caller go on in their own context', async () => {
    const storage = new AsyncLocalStorage<string>();
    const echo = batched((items: readonly number[]) => Promise.resolve(items), 10);
    const seen = await Promise.all(
      ['one', 'other'].map((name) =>
        storage.run(name, async () => {
          await echo(1);
          return storage.getStore();
        }),
      ),
    );
    expect(seen).toEqual(['one', 'other']);
  });
});

/** Doubles numbers once each batch is allowed to end. */
function gatedWork() {
  const batches: { readonly items: readonly number[]; readonly end: () => void }[] = [];
  const work = async (items: readonly number[]): Promise<number[]> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    batches.push({ items, end: resolve });
    await promise;
    return items.map((item) => item * 2);
  };
  const begun = async (count: number): Promise<void> => {
    do {
      await new Promise((resolve) => setImmediate(resolve));
    } while (batches.length < count);
  };
  return { batches, work, begun };
}
