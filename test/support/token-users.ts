import { EventEmitter, once } from 'node:events';
import { createRemoteJWKSet, customFetch, decodeJwt, type JSONWebKeySet, jwtVerify } from 'jose';
import type { TestClock } from './api-app.js';
import type { Answer, ApiClient } from './client.js';
import { signUp } from './factories.js';
import type { RollingReplicas } from './rolling-replicas.js';

/** As the SDK does: early enough for a request that is under way. */
const REFRESH_BEFORE_SECONDS = 30;
const CALLERS = 4;

/** A service of someone else that verifies access tokens with the published keys. */
export type Verifier = (accessToken: string) => Promise<unknown>;

/** What clients of the API and verifiers of its tokens go through while a test does something else. */
export interface TokenUsers {
  /** One line for each request that failed, and each token that a verifier refused. */
  readonly refused: readonly string[];
  /** Requests and verifications so far. */
  readonly count: () => number;
  readonly add: (verifier: Verifier) => void;
  /** Resolves once each client has used its token again. */
  readonly turn: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Reads the published keys, and keeps them for as long as it may: it never asks for an unknown key before that. */
export async function verifierThatCaches(
  issuer: string,
  clock: TestClock,
  fetchKeys: () => Promise<Answer<JSONWebKeySet>>,
): Promise<Verifier> {
  const { headers } = await fetchKeys();
  const [, maxAge] = /max-age=(\d+)/.exec(headers.get('cache-control') ?? '') ?? [];
  const cacheMs = Number(maxAge) * 1000;
  const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`), {
    cacheMaxAge: cacheMs,
    cooldownDuration: cacheMs,
    [customFetch]: async () => Response.json((await fetchKeys()).body),
  });
  await keys.reload();
  return (accessToken) =>
    jwtVerify(accessToken, keys, { issuer, audience: issuer, typ: 'at+jwt', currentDate: clock.now() });
}

export function keysAt(api: ApiClient): Promise<Answer<JSONWebKeySet>> {
  return api.under('').get<JSONWebKeySet>('/.well-known/jwks.json');
}

/** Clients that call the API without a pause, half of them with the same access token until it's about to expire. */
export async function startTokenUsers(
  { call }: RollingReplicas,
  clock: TestClock,
  verifiers: Verifier[],
): Promise<TokenUsers> {
  const refused: string[] = [];
  const turns = new EventEmitter().setMaxListeners(0);
  let [running, count] = [true, 0];
  const expect200 = <T>(what: string, { status, body }: Answer<T>): T => {
    count += 1;
    if (status !== 200) {
      refused.push(`${what}: ${status} ${JSON.stringify(body)}`);
    }
    return body;
  };
  const live = async (name: number): Promise<void> => {
    let { session } = await call((api) => signUp(api));
    while (running) {
      const { exp = 0 } = decodeJwt(session.accessToken);
      // Every other one brings a new token each time, as those do who have just signed in.
      if (name % 2 === 1 || exp - clock.millis() / 1000 < REFRESH_BEFORE_SECONDS) {
        session = expect200('refresh', await call((api) => api.refresh(session.refreshToken)));
      }
      expect200('request', await call((api) => api.as(session).me()));
      await Promise.all(
        verifiers.map(async (verify) => {
          count += 1;
          await verify(session.accessToken).catch((error: unknown) =>
            refused.push(`verifier: ${String(error)}`),
          );
        }),
      );
      turns.emit(String(name));
    }
  };
  const names = [...Array(CALLERS).keys()];
  const lives = Promise.all(names.map(live));
  // A client that gives up must fail the test, and not leave it waiting.
  const each = (): Promise<unknown> =>
    Promise.race([lives, Promise.all(names.map((name) => once(turns, String(name))))]);
  return {
    refused,
    count: () => count,
    add: (verifier) => void verifiers.push(verifier),
    turn: async () => {
      // The turn that is under way has begun before.
      await each();
      await each();
    },
    stop: async () => {
      running = false;
      await lives;
    },
  };
}
