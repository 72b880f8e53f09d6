import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';

/** More than Jest's own 30 s: some suites start five processes on a busy machine. */
const SET_UP_MS = 60_000;

type Release = () => Promise<void>;

/** How to give back everything that this file's fixtures and tests hold at the moment, oldest first. */
const held: Release[] = [];

/**
 * Holds something until the test is over or, when called during the set-up of a suite, until the suite is.
 * Call it before awaiting, so that what is still starting when another part of the set-up fails is given back too.
 */
export async function hold<T>(starting: T | Promise<T>, release: (thing: T) => unknown): Promise<T> {
  const promise = Promise.resolve(starting);
  held.push(async () => {
    const thing = await promise.then(
      (value) => ({ value }),
      () => undefined,
    );
    if (thing) {
      await release(thing.value);
    }
  });
  return promise;
}

let heldBeforeTest = 0;
beforeEach(() => {
  heldBeforeTest = held.length;
});
// For every file that imports this, whether it has fixtures or only holds something.
afterEach(() => releaseDownTo(heldBeforeTest), SET_UP_MS);
afterAll(() => releaseDownTo(0), SET_UP_MS);

/**
 * Registers the hooks that set something up and tear it down again. `start` passes whatever it opens to `hold`, which
 * gives it back in reverse order, even when `start` fails half-way.
 * @returns a stand-in that can be destructured at the top of a suite and used in its hooks and tests
 */
export function useFixture<T extends object>(
  start: () => T | Promise<T>,
  { per = 'suite' }: { readonly per?: 'suite' | 'test' } = {},
): T {
  let current: T | undefined;
  let heldBefore = 0;
  const setUp = async (): Promise<void> => {
    heldBefore = held.length;
    current = await start();
  };
  // Also releases the fixtures that were set up later, which may depend on this one: Jest runs after hooks in the order
  // of their definition.
  const tearDown = (): Promise<void> => releaseDownTo(heldBefore);
  if (per === 'test') {
    beforeEach(setUp, SET_UP_MS);
    afterEach(tearDown, SET_UP_MS);
  } else {
    beforeAll(setUp, SET_UP_MS);
    afterAll(tearDown, SET_UP_MS);
  }
  return standIn(() => current);
}

async function releaseDownTo(count: number): Promise<void> {
  const errors: unknown[] = [];
  while (held.length > count) {
    await held
      .pop()?.()
      .catch((error: unknown) => errors.push(error));
  }
  if (errors.length > 0) {
    throw errors.length === 1 ? errors[0] : new AggregateError(errors, 'The tear-down failed');
  }
}

/** An object whose members are looked up in what `find` returns at that moment. */
function standIn<T extends object>(find: () => unknown): T {
  const object = (): object => {
    const found = find();
    if (typeof found !== 'object' || found === null) {
      throw new Error(
        found === undefined
          ? 'The fixture is not set up yet. Use it in a test or a hook.'
          : 'This member is not an object. Read it from its fixture in a test or a hook.',
      );
    }
    return found;
  };
  return new Proxy({} as T, {
    get(_, name) {
      if (find() === undefined && typeof name === 'string') {
        return standIn(() => find() && Reflect.get(object(), name));
      }
      const value: unknown = Reflect.get(object(), name);
      return typeof value === 'function' ? (value.bind(object()) as unknown) : value;
    },
    set: (_, name, value) => Reflect.set(object(), name, value),
    has: (_, name) => Reflect.has(object(), name),
    ownKeys: () => Reflect.ownKeys(object()),
    getOwnPropertyDescriptor: (_, name) => {
      const descriptor = Reflect.getOwnPropertyDescriptor(object(), name);
      return descriptor && { ...descriptor, configurable: true };
    },
  });
}
