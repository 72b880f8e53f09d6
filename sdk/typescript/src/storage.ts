/** Where a client keeps its session, as text. */
export interface StorageAdapter {
  /** The server keeps the refresh token in a cookie, and neither tokens nor their expiry come here. */
  readonly transport?: 'cookie';
  get(): Promise<string | null> | string | null;
  /** @param text null to remove it */
  set(text: string | null): Promise<void> | void;
  /** Calls back whenever someone else, such as another tab, has changed it. */
  watch?(changed: () => void): void;
  /** Runs the work while nobody else who shares the storage does so. */
  lock?(work: () => Promise<void>): Promise<void>;
}

/** Something like `localStorage`. */
export interface WebStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** Something like React Native's `AsyncStorage`. */
export interface NativeStorage {
  getItem(key: string): Promise<string | null>;
  setItem(key: string, value: string): Promise<void>;
  removeItem(key: string): Promise<void>;
}

const KEY = 'gatehouse.session';
/** A suspended tab may hold the lock. The server copes with two tabs that refresh at once, so nobody waits for long. */
const LOCK_WAIT_MS = 5000;

/** What all pages have, and other platforms may not. */
interface Page {
  readonly navigator?: { readonly locks?: Locks };
  addEventListener?(type: 'storage', listener: (event: StorageChange) => void): void;
}

interface Locks {
  request(
    name: string,
    options: { readonly signal: AbortSignal },
    work: () => Promise<void>,
  ): Promise<unknown>;
}

interface StorageChange {
  readonly key: string | null;
  readonly storageArea: unknown;
}

/** For servers, scripts and tests. The session is gone when the program ends. */
export function memoryStorage(): StorageAdapter {
  let kept: string | null = null;
  return {
    get: () => kept,
    set: (text) => {
      kept = text;
    },
  };
}

/** For browsers. With `localStorage`, all tabs share one session. */
export function webStorage(storage: WebStorage, key: string = KEY): StorageAdapter {
  const page = globalThis as unknown as Page;
  const memory = memoryStorage();
  let isBroken = false;
  return {
    get: () => (isBroken ? memory.get() : storage.getItem(key)),
    set: (text) => {
      try {
        if (text === null) {
          storage.removeItem(key);
        } else {
          storage.setItem(key, text);
        }
      } catch {
        // It's full or blocked. The session then lasts as long as the page.
        isBroken = true;
      }
      return memory.set(text);
    },
    watch: (changed) => {
      page.addEventListener?.('storage', (event) => {
        // The key is null if everything was cleared.
        if (event.storageArea === storage && (event.key === key || event.key === null)) {
          changed();
        }
      });
    },
    lock: (work) => locked(page.navigator?.locks, key, work),
  };
}

/**
 * For browsers. The refresh token is in a cookie that scripts can't read, and the access token only in memory. The
 * storage, such as `localStorage`, remembers who is signed in. All tabs share the session.
 */
export function cookieStorage(storage: WebStorage, key: string = KEY): StorageAdapter {
  return { ...webStorage(storage, key), transport: 'cookie' };
}

/** For React Native. `getItem` and its companions may also be those of a secure storage. */
export function nativeStorage(storage: NativeStorage, key: string = KEY): StorageAdapter {
  return {
    get: () => storage.getItem(key),
    set: (text) => (text === null ? storage.removeItem(key) : storage.setItem(key, text)),
  };
}

/** Not all browsers have locks, nor pages that were loaded over plain HTTP. */
async function locked(locks: Locks | undefined, name: string, work: () => Promise<void>): Promise<void> {
  if (!locks) {
    return work();
  }
  const waiting = new AbortController();
  const timer = setTimeout(() => waiting.abort(), LOCK_WAIT_MS);
  try {
    await locks.request(name, { signal: waiting.signal }, () => {
      clearTimeout(timer);
      return work();
    });
  } catch (error) {
    if (!waiting.signal.aborted) {
      throw error;
    }
    await work();
  }
}
