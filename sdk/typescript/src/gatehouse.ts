import { login, logout, refresh, register } from './generated/operations.gen.js';
import type { LoginRequest, RegisterRequest, Session, User } from './generated/types.gen.js';
import type { AnyOperation, Arguments, Operation } from './operation.js';
import { isProblem, ResponseError } from './problem.js';
import { unlessAborted } from './retry.js';
import { type CurrentSession, keepSession, type SessionListener } from './session.js';
import { memoryStorage, type StorageAdapter } from './storage.js';
import { type Answer, type AnyOptions, createSend, requestOf, type TransportOptions } from './transport.js';

export interface GatehouseOptions extends TransportOptions {
  /** Where to keep the session. In memory by default, where it is gone after a reload. */
  readonly storage?: StorageAdapter | undefined;
}

export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface Gatehouse {
  /** Resolves when the storage has been read. Until then, nobody seems to be signed in. */
  readonly ready: Promise<void>;
  readonly session: CurrentSession | undefined;
  /** Who is signed in, as of the last refresh. */
  readonly user: User | undefined;
  /**
   * Creates an account and signs in.
   * @returns undefined if the server wants the email address to be verified first: ask the user to look for the email
   */
  signUp(user: RegisterRequest, options?: RequestOptions): Promise<CurrentSession | undefined>;
  signIn(credentials: LoginRequest, options?: RequestOptions): Promise<CurrentSession>;
  /**
   * Signs out here at once, and then on the server.
   * @returns whether the server knows, too. It doesn't if it can't be reached
   */
  signOut(options?: RequestOptions): Promise<boolean>;
  /**
   * Gets new tokens and the current user right away. Usually unnecessary, since requests do so when a token expires.
   * With `cookieStorage`, it also finds a session that another page of your site has started.
   * @returns undefined if nobody is signed in any more
   */
  refresh(options?: RequestOptions): Promise<CurrentSession | undefined>;
  /**
   * Calls back soon with the session in the storage, and then after every change, here and in other tabs.
   * @returns a function that stops it
   */
  onSessionChange(listener: SessionListener): () => void;
  /**
   * Calls an operation.
   * @throws ProblemError if the server says what is wrong, ResponseError for any other response that isn't a success,
   * and what `fetch` throws if there is no response
   */
  call<Data, Result>(
    operation: Operation<Data, Result>,
    ...options: Arguments<Data>
  ): Promise<Exclude<Result, undefined>>;
  /** Like `call`, but also returns the response, for its headers. There is no data in a 304. */
  request<Data, Result>(
    operation: Operation<Data, Result>,
    ...options: Arguments<Data>
  ): Promise<Answer<Result>>;
  /** Iterates over all items of a list. Gets the next page when you get there. */
  items<Data extends { query?: { cursor?: string } }, Item>(
    operation: Operation<Data, Page<Item>>,
    ...options: Arguments<Data>
  ): AsyncGenerator<Item, void, undefined>;
}

/** Of a list. */
export interface Page<Item> {
  items: Item[];
  page: { nextCursor: string | null };
}

/**
 * After this long, the response to a refresh is lost. The second attempt then still falls into the ten seconds in which
 * the server answers an old refresh token with its successor.
 */
const REFRESH_ATTEMPT_MS = 8000;

/** @example const gatehouse = createGatehouse({ baseUrl: 'https://accounts.acme.com', storage: webStorage(localStorage) }); */
export function createGatehouse(options: GatehouseOptions): Gatehouse {
  const send = createSend(options);
  const { baseUrl, storage = memoryStorage() } = options;
  const inCookie = storage.transport === 'cookie';
  const build = (operation: AnyOperation, given: AnyOptions): ReturnType<typeof requestOf> =>
    requestOf(operation, given, { baseUrl, inCookie });
  /** A sign-in waits for it, because its response removes the cookie. */
  let signingOut: Promise<unknown> | undefined;

  const keeper = keepSession(storage, async (refreshToken) => {
    const request = { ...build(refresh, { body: { refreshToken } }), repeatable: true };
    return (await send(request, { attemptMs: REFRESH_ATTEMPT_MS })).data as Session;
  });

  const ask = async (operation: AnyOperation, given: AnyOptions = {}): Promise<Answer> => {
    const request = build(operation, given);
    const { signal } = given;
    if (!operation.authenticated) {
      return send(request, { signal });
    }
    await unlessAborted(keeper.ready, signal);
    const caller = keeper.current?.user.id;
    // If someone else has signed in since, in another tab, what one user asked for must not be done as the other.
    const accessTokenOf = async (rejected?: string): Promise<string | undefined> => {
      const accessToken = await keeper.accessToken({ rejected, signal });
      return keeper.current?.user.id === caller ? accessToken : undefined;
    };
    const accessToken = await accessTokenOf();
    try {
      return await send(request, { accessToken, signal });
    } catch (error) {
      // Perhaps it has expired after all: on a device whose clock is slow, or because a key was withdrawn.
      if (accessToken === undefined || !isProblem(error, 'unauthenticated')) {
        throw error;
      }
      const next = await accessTokenOf(accessToken);
      if (next === undefined || next === accessToken) {
        throw error;
      }
      return send(request, { accessToken: next, signal });
    }
  };
  const call = async (operation: AnyOperation, given?: AnyOptions): Promise<unknown> => {
    const { data, response } = await ask(operation, given);
    if (response.status === 304) {
      throw new ResponseError(response, 'Nothing has changed. Use `request` with If-None-Match.');
    }
    return data;
  };

  const leave = async ({ signal }: RequestOptions): Promise<boolean> => {
    await keeper.ready;
    const last = keeper.current?.accessToken;
    // A cookie is enough.
    const accessToken = inCookie ? last : await keeper.accessToken({ signal }).catch(() => last);
    await keeper.end('signed-out');
    try {
      return accessToken === undefined || Boolean(await send(build(logout, {}), { accessToken, signal }));
    } catch (error) {
      return isProblem(error, 'unauthenticated');
    }
  };

  async function* items(operation: AnyOperation, given: AnyOptions = {}): AsyncGenerator<unknown> {
    let cursor: string | null | undefined;
    do {
      const query = { ...given.query, ...(cursor ? { cursor } : {}) };
      const { items, page } = (await call(operation, { ...given, query })) as Page<unknown>;
      yield* items;
      cursor = page.nextCursor;
    } while (cursor);
  }

  return {
    ready: keeper.ready,
    get session() {
      return keeper.current;
    },
    get user() {
      return keeper.current?.user;
    },
    async signUp(body, { signal } = {}) {
      await signingOut;
      const session = (await call(register, { body, signal })) as Session | { accessToken?: never };
      return session.accessToken === undefined ? undefined : keeper.start(session);
    },
    async signIn(body, { signal } = {}) {
      await signingOut;
      return keeper.start((await call(login, { body, signal })) as Session);
    },
    signOut(how = {}) {
      const leaving = leave(how);
      signingOut = leaving.catch(() => undefined);
      return leaving;
    },
    async refresh({ signal } = {}) {
      await keeper.ready;
      const rejected = keeper.current?.accessToken;
      await keeper.accessToken({ rejected, search: true, signal });
      return keeper.current;
    },
    onSessionChange: keeper.listen,
    call,
    request: ask,
    items,
  } as Gatehouse;
}
