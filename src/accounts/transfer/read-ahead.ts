import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * The items of `source`, of which the next one is made while the consumer waits for something that it does with the last
 * one, such as the database.
 */
export async function* readAhead<T>(source: AsyncGenerator<T, void>): AsyncGenerator<T, void> {
  let next = source.next();
  try {
    for (let { done, value } = await next; !done; { done, value } = await next) {
      // Not before the consumer has begun.
      next = nextTurn().then(() => source.next());
      // If the consumer stops here, nobody asks whether there is another one.
      next.catch(() => undefined);
      yield value as T;
    }
  } finally {
    await source.return();
  }
}
