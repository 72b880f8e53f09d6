import type { Session, User } from './generated/types.gen.js';
import { isProblem } from './problem.js';
import { unlessAborted } from './retry.js';
import type { StorageAdapter } from './storage.js';

/** The session of this client. It never changes: a refresh replaces it. */
export interface CurrentSession {
  readonly user: User;
  /** Empty until the first request after a reload, if the storage doesn't keep tokens. */
  readonly accessToken: string;
  /** Undefined if it's in a cookie. */
  readonly refreshToken?: string | undefined;
  /** When the access token expires, in milliseconds since 1970. */
  readonly expiresAt: number;
}

/**
 * `restored`: read from the storage, once for each listener. `ended`: the server doesn't accept it any more, so the user
 * has to sign in again. The others may also have happened in another tab.
 */
export type SessionChange = 'restored' | 'signed-in' | 'refreshed' | 'signed-out' | 'ended';

export type SessionListener = (session: CurrentSession | undefined, change: SessionChange) => void;

export interface SessionKeeper {
  readonly current: CurrentSession | undefined;
  /** Resolves when the storage has been read. */
  readonly ready: Promise<void>;
  /**
   * An access token that lasts a while, after a refresh if necessary.
   * @param rejected the one that the server has just rejected: even if it looks valid, it isn't returned again
   * @param search whether to ask the server for a session that we don't know of
   * @throws if a refresh was necessary and the server can't be reached
   */
  accessToken(options?: {
    rejected?: string | undefined;
    search?: boolean;
    signal?: AbortSignal | undefined;
  }): Promise<string | undefined>;
  start(session: Session): Promise<CurrentSession>;
  end(change: 'signed-out' | 'ended'): Promise<void>;
  readonly listen: (listener: SessionListener) => () => void;
}

/** Shorter than this, an access token might expire on its way. */
const MARGIN_MS = 10_000;

/** Keeps a session in a storage, and fresh. @param refresh exchanges a refresh token */
export function keepSession(
  storage: StorageAdapter,
  refresh: (refreshToken: string | undefined) => Promise<Session>,
): SessionKeeper {
  const inCookie = storage.transport === 'cookie';
  const listeners = new Set<SessionListener>();
  let current: CurrentSession | undefined;
  /** What the storage contained when we last looked. */
  let seen: string | null = null;
  let refreshing: Promise<void> | undefined;

  const change = (session: CurrentSession | undefined, kind: SessionChange): void => {
    current = session;
    listeners.forEach((listener) => {
      void notify(listener, session, kind);
    });
  };

  const save = async (session: CurrentSession | undefined, kind: SessionChange): Promise<void> => {
    // First in memory: whatever happens to the storage, the old refresh token is spent.
    change(session, kind);
    const text = session ? JSON.stringify(inCookie ? { user: session.user } : session) : null;
    await storage.set(text);
    seen = text;
  };

  /** Takes over what another tab has stored since. */
  const adopt = (text: string | null): void => {
    if (text !== seen) {
      seen = text;
      const stored = parse(text, inCookie);
      const isSame = stored?.user.id === current?.user.id;
      const next = stored && isSame && inCookie ? { ...stored, ...current, user: stored.user } : stored;
      change(next, stored === undefined ? 'signed-out' : isSame ? 'refreshed' : 'signed-in');
    }
  };
  const look = async (): Promise<void> => adopt(await storage.get());

  const first = (text: string | null): void => {
    seen = text;
    current = parse(text, inCookie);
    storage.watch?.(() => void look());
  };
  const text = storage.get();
  // Without a promise where possible, so that a page knows from the start who is signed in.
  const ready = isPromise(text) ? text.then(first) : Promise.resolve(first(text));

  /**
   * Refreshes the session unless another tab does. Where there are no locks, two tabs may still send the same refresh
   * token: within ten seconds, the server returns the same successor to both.
   */
  const renew = async (old: CurrentSession | undefined): Promise<void> => {
    await look();
    // Otherwise, someone has signed out in the meantime, or another tab was faster.
    const isStill = (): boolean => current?.accessToken === old?.accessToken && idOf(current) === idOf(old);
    if (!isStill()) {
      return;
    }
    try {
      const next = sessionOf(await refresh(old?.refreshToken));
      await look();
      if (isStill()) {
        await save(next, idOf(next) === idOf(old) ? 'refreshed' : 'signed-in');
      }
    } catch (error) {
      await look();
      if (!isRejected(error)) {
        throw error;
      }
      if (old && isStill()) {
        await save(undefined, 'ended');
      }
    }
  };

  const accessToken: SessionKeeper['accessToken'] = async ({ rejected, search, signal } = {}) => {
    await unlessAborted(ready, signal);
    const session = current;
    const isStale =
      session && (session.accessToken === rejected || session.expiresAt - MARGIN_MS < Date.now());
    if (isStale ?? (search && inCookie)) {
      const renewing = (): Promise<void> => renew(session);
      refreshing ??= (storage.lock?.(renewing) ?? renewing()).finally(() => {
        refreshing = undefined;
      });
      try {
        await unlessAborted(refreshing, signal);
      } catch (error) {
        // Offline, the old one may still be good for its last seconds.
        const isUsable = session && session.accessToken !== rejected && session.expiresAt >= Date.now();
        if (signal?.aborted || !isUsable) {
          throw error;
        }
      }
    }
    return current?.accessToken;
  };

  return {
    get current() {
      return current;
    },
    ready,
    accessToken,
    async start(session) {
      await ready;
      const started = sessionOf(session);
      await save(started, 'signed-in');
      return started;
    },
    async end(kind) {
      await ready;
      if (current) {
        await save(undefined, kind);
      }
    },
    listen(listener) {
      // A function of its own, so that one that listens twice can stop once.
      const own: SessionListener = (session, kind) => listener(session, kind);
      listeners.add(own);
      void ready.then(() => (listeners.has(own) ? notify(own, current, 'restored') : undefined));
      return () => {
        listeners.delete(own);
      };
    },
  };
}

/** Asynchronous, so that the bug of a listener is reported as an unhandled rejection and fails nothing else. */
async function notify(
  listener: SessionListener,
  session: CurrentSession | undefined,
  change: SessionChange,
): Promise<void> {
  listener(session, change);
}

/** The server has looked at the refresh token and doesn't accept it, or it isn't one. */
function isRejected(error: unknown): boolean {
  return isProblem(error) && (error.status === 401 || error.status === 400);
}

function sessionOf({ user, accessToken, refreshToken, expiresIn }: Session): CurrentSession {
  return { user, accessToken, refreshToken, expiresAt: Date.now() + expiresIn * 1000 };
}

function idOf(session: CurrentSession | undefined): string | undefined {
  return session?.user.id;
}

/** @returns undefined if there is none, or something else in its place */
function parse(text: string | null, inCookie: boolean): CurrentSession | undefined {
  try {
    const session = JSON.parse(text ?? 'null') as CurrentSession | null;
    if (inCookie && session?.user) {
      // There is a refresh token if the page has kept it in the storage so far. The next refresh moves it to the cookie.
      return { user: session.user, refreshToken: session.refreshToken, accessToken: '', expiresAt: 0 };
    }
    return session?.user && session.accessToken && session.refreshToken ? session : undefined;
  } catch {
    return undefined;
  }
}

function isPromise<T>(value: Promise<T> | T): value is Promise<T> {
  return typeof (value as Promise<T> | null)?.then === 'function';
}
