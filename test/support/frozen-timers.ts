import { hold } from './fixture.js';

type Kind = 'setTimeout' | 'setInterval';

/** Longer than any test. */
const NEVER_MS = 2_147_483_647;

interface Frozen {
  readonly run: () => void;
  readonly ms: number;
  dueAt: number;
}

export interface FrozenTimers {
  /** Lets this much time pass for them, and only for them. */
  pass(ms: number): void;
  /** The milliseconds of those that haven't ended and weren't cleared. */
  readonly pending: readonly number[];
}

/**
 * From now on until the test is over, time stands still for new timers of this kind. Earlier ones and all other timers go
 * on, because connections to servers need them. (Jest's fake timers can't clear earlier ones, or their own without that.)
 */
export function freezeTimers(kind: Kind): FrozenTimers {
  const real = globalThis[kind];
  const clear = kind === 'setTimeout' ? 'clearTimeout' : 'clearInterval';
  const clearReal = globalThis[clear];
  const timers = new Map<unknown, Frozen>();
  let now = 0;
  Object.assign(globalThis, {
    [kind]: (run: (...args: unknown[]) => void, ms = 1, ...args: unknown[]): NodeJS.Timeout => {
      const handle = real(() => undefined, NEVER_MS).unref();
      timers.set(handle, { run: () => run(...args), ms, dueAt: now + ms });
      return handle;
    },
    [clear]: (handle: NodeJS.Timeout | undefined): void => {
      timers.delete(handle);
      clearReal(handle);
    },
  });
  void hold(undefined, () => {
    [...timers.keys()].forEach((handle) => clearReal(handle as NodeJS.Timeout));
    Object.assign(globalThis, { [kind]: real, [clear]: clearReal });
  });
  return {
    pass(ms) {
      const until = now + ms;
      for (let next = earliest(timers, until); next; next = earliest(timers, until)) {
        const [handle, timer] = next;
        now = timer.dueAt;
        if (kind === 'setTimeout') {
          timers.delete(handle);
        } else {
          timer.dueAt += timer.ms;
        }
        timer.run();
      }
      now = until;
    },
    get pending() {
      return [...timers.values()].map(({ ms }) => ms);
    },
  };
}

function earliest(timers: ReadonlyMap<unknown, Frozen>, until: number): [unknown, Frozen] | undefined {
  return [...timers].filter(([, { dueAt }]) => dueAt <= until).sort(([, a], [, b]) => a.dueAt - b.dueAt)[0];
}
