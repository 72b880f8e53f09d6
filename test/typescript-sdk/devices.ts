import {
  createGatehouse,
  type CurrentSession,
  type Gatehouse,
  type GatehouseOptions,
  memoryStorage,
  type StorageAdapter,
} from '../../sdk/typescript/src/index.js';
import { aUser } from '../support/factories.js';

/** A request that the SDK sent, and the status that came back: undefined if none did. */
export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  status?: number;
}

export interface Device {
  readonly gatehouse: Gatehouse;
  readonly sent: Sent[];
  /** The requests to this path. */
  to(path: string): Sent[];
  /** Answers requests instead of the network, for as long as it returns a response or throws. */
  intercept(answer: ((sent: Sent) => Response | undefined) | undefined): void;
}

/** A client whose requests are recorded. */
export function aDevice(
  baseUrl: string,
  { fetch = globalThis.fetch, ...options }: Omit<GatehouseOptions, 'baseUrl'> = {},
): Device {
  const sent: Sent[] = [];
  let intercept: ((sent: Sent) => Response | undefined) | undefined;
  const record = async (url: string, init: RequestInit): Promise<Response> => {
    const { pathname: path } = new URL(url);
    const request: Sent = { method: init.method ?? 'GET', path, headers: new Headers(init.headers) };
    sent.push(request);
    const response = await (intercept?.(request) ?? fetch(url, init));
    request.status = response.status;
    return response;
  };
  return {
    gatehouse: createGatehouse({ baseUrl, fetch: record, ...options }),
    sent,
    to: (path) => sent.filter((request) => request.path === path),
    intercept: (answer) => {
      intercept = answer;
    },
  };
}

/** The cookies of a browser, for the pages of one origin. */
export class CookieJar {
  private cookie = '';

  constructor(private readonly origin: string) {}

  /** Like a browser's: cookies come and go with the requests that include credentials. */
  readonly fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const headers = new Headers(init.headers);
    headers.set('origin', this.origin);
    const isCredentialed = init.credentials === 'include';
    if (isCredentialed && this.cookie) {
      headers.set('cookie', this.cookie);
    }
    const response = await fetch(url, { ...init, headers });
    const given = response.headers.getSetCookie().find((cookie) => cookie.startsWith('__Secure-'));
    if (isCredentialed && given !== undefined) {
      this.cookie = given.includes('Max-Age=0') ? '' : (given.split(';')[0] ?? '');
    }
    return response;
  };

  get isEmpty(): boolean {
    return this.cookie === '';
  }
}

/** A client whose user has just signed up. */
export async function signedUp(baseUrl: string, storage: StorageAdapter = memoryStorage()): Promise<Device> {
  const device = aDevice(baseUrl, { storage });
  await device.gatehouse.signUp(aUser());
  return device;
}

/** As if the session had been stored a while ago. */
export async function age(storage: StorageAdapter, { secondsLeft }: { secondsLeft: number }): Promise<void> {
  const session = JSON.parse((await storage.get()) ?? '') as CurrentSession;
  await storage.set(JSON.stringify({ ...session, expiresAt: Date.now() + secondsLeft * 1000 }));
}

/** What it was rejected with. */
export async function failure(calling: Promise<unknown>): Promise<unknown> {
  return calling.then(
    () => {
      throw new Error('it succeeded');
    },
    (error: unknown) => error,
  );
}

/** What `fetch` throws in Node. */
export function offline(): never {
  throw new TypeError('fetch failed');
}

/** Like `localStorage`. */
export class FakeWebStorage {
  private readonly items = new Map<string, string>();

  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.items.set(key, value);
  }

  removeItem(key: string): void {
    this.items.delete(key);
  }
}

/** Like `AsyncStorage`. */
export class FakeNativeStorage {
  private readonly items = new FakeWebStorage();

  getItem(key: string): Promise<string | null> {
    return Promise.resolve(this.items.getItem(key));
  }

  setItem(key: string, value: string): Promise<void> {
    return Promise.resolve(this.items.setItem(key, value));
  }

  removeItem(key: string): Promise<void> {
    return Promise.resolve(this.items.removeItem(key));
  }
}
