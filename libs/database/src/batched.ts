import DataLoader from 'dataloader';
import { unavailable } from '#libs/problem';

type Work<I, O> = (items: readonly I[]) => Promise<readonly O[]>;

/**
 * Does for many callers at once what each would do alone, so that a busy process needs few statements. A caller who is
 * alone doesn't wait; those who come while a batch is being worked on are in the next one. No caller fails because of
 * another: if the work fails for several, it's done again for each.
 * @param work takes what the callers gave, in that order, and returns what each of them gets. It must have no effect if it
 * throws. It runs in the context (logs, traces) of the first of them
 * @param limit how many there are in a batch at most
 */
export function batched<I, O>(work: Work<I, O>, limit: number): (item: I) => Promise<O> {
  let last: Promise<unknown> = Promise.resolve();
  const loader = new DataLoader<I, O>(
    (items) => {
      const batch = isolated(work, items);
      last = batch.catch(() => undefined);
      return batch;
    },
    {
      cache: false,
      maxBatchSize: limit,
      batchScheduleFn: (begin) => void last.then(begin),
    },
  );
  return (item) => loader.load(item);
}

async function isolated<I, O>(work: Work<I, O>, items: readonly I[]): Promise<readonly (O | Error)[]> {
  try {
    return await work(items);
  } catch (error) {
    if (items.length === 1 || unavailable.is(error)) {
      throw error;
    }
    const results: (O | Error)[] = [];
    for (const item of items) {
      const one = await work([item]).catch((reason: unknown) => [toError(reason)]);
      results.push(one[0] as O | Error);
    }
    return results;
  }
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
