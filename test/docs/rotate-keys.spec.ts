import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { TestClock } from '../support/api-app.js';
import { signUp, type SignedUp } from '../support/factories.js';
import { hold } from '../support/fixture.js';
import { bash, commandsUnder } from '../support/guide-commands.js';
import { expectProblem } from '../support/problems.js';
import { type RollingReplicas, startReplicas } from '../support/rolling-replicas.js';
import { setting } from '../support/setting.js';
import { signedToken } from '../support/signed-token.js';
import { useTemporaryFolder } from '../support/temporary-folder.js';
import { keysAt, startTokenUsers, type TokenUsers, verifierThatCaches } from '../support/token-users.js';
import { useServers } from '../support/use-servers.js';

// Starts eight replicas, on machines that may be busy.
jest.setTimeout(120_000);

const GUIDE = 'docs/guides/rotate-keys.md';
const REPLACE = commandsUnder(GUIDE, 'Replace it');
const ISSUER = 'https://accounts.acme.test';
/** Short enough that every client gets to use its token in between. */
const STEP_SECONDS = 20;
/** How the commands of the guide deploy and wait. */
const OPERATOR = `
roll_out() { curl -sSf "$OPERATOR/roll-out"; }
sleep() { curl -sSf "$OPERATOR/sleep?seconds=$1"; }
`;

const servers = useServers();
const folder = useTemporaryFolder();
let clock: TestClock;
let replicas: RollingReplicas;
let users: TokenUsers;
let ada: SignedUp;
/** Signed with the key that was there first, and valid for a day. */
let oldToken: string;

beforeEach(async () => {
  clock = new TestClock();
  // What `jose` measures the age of published keys with.
  const spy = jest.spyOn(Date, 'now').mockImplementation(() => clock.millis());
  await hold(spy, () => spy.mockRestore());
  writeFileSync(
    join(folder.path, 'jwt-private-keys'),
    setting('TEST_JWT_PRIVATE_KEYS').replaceAll('\\n', '\n'),
  );
  replicas = await startReplicas(servers, clock, {
    PUBLIC_URL: ISSUER,
    JWT_PRIVATE_KEYS: '',
    JWT_PRIVATE_KEYS_FILE: join(folder.path, 'jwt-private-keys'),
  });
  const { call } = replicas;
  ada = await call((api) => signUp(api));
  const claims = decodeJwt(ada.session.accessToken);
  oldToken = signedToken(decodeProtectedHeader(ada.session.accessToken), {
    ...claims,
    exp: (claims.exp ?? 0) + 24 * 60 * 60,
  });
  const verifier = await verifierThatCaches(ISSUER, clock, () => call(keysAt));
  users = await hold(startTokenUsers(replicas, clock, [verifier]), ({ stop }) => stop());
});

/** Does what the operator does. @returns how requests with the first key's token ended before each roll-out */
async function follow(commands: string): Promise<number[]> {
  const statuses: number[] = [];
  const operator = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://operator');
    const work = async (): Promise<void> => {
      if (pathname === '/sleep') {
        await wait(Number(searchParams.get('seconds')));
      } else {
        statuses.push(await statusOf(oldToken));
        await rollOut();
      }
    };
    work().then(
      () => response.end(),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  }).listen(0, '127.0.0.1');
  await hold(once(operator, 'listening'), () => operator.close());
  const { port } = operator.address() as AddressInfo;
  await bash(`${OPERATOR}${commands}`, {
    PATH: process.env['PATH'] ?? '',
    KEYS: folder.path,
    OPERATOR: `http://127.0.0.1:${port}`,
  });
  return statuses;
}

async function rollOut(): Promise<void> {
  await replicas.rollOut(async (old) => {
    // The worst case: a service that reads the published keys at the last moment from a replica that is about to go.
    users.add(await verifierThatCaches(ISSUER, clock, firstFrom(old)));
    await users.turn();
  });
  await users.turn();
}

/** Reads the keys from one replica twice, as a verifier does when it starts, and then from any. */
function firstFrom(old: Parameters<typeof keysAt>[0]): () => ReturnType<typeof keysAt> {
  let reads = 0;
  return () => {
    reads += 1;
    return reads <= 2 ? keysAt(old) : replicas.call(keysAt);
  };
}

async function wait(seconds: number): Promise<void> {
  for (let left = seconds; left > 0; left -= STEP_SECONDS) {
    clock.advance({ seconds: Math.min(left, STEP_SECONDS) });
    await users.turn();
  }
}

async function statusOf(accessToken: string): Promise<number> {
  return (await replicas.call((api) => api.as({ accessToken }).me())).status;
}

const refresh = (refreshToken: string) => replicas.call((api) => api.refresh(refreshToken));

describe('the guide to key rotation, while clients and verifiers go on', () => {
  it('replaces the signing key without a refused request or token', async () => {
    expect(await follow(REPLACE)).toEqual([200, 200, 200]);
    expect(users.refused).toEqual([]);
    expect(users.count()).toBeGreaterThan(500);
    expectProblem(
      await replicas.call((api) => api.as({ accessToken: oldToken }).me()),
      401,
      'unauthenticated',
    );
    const { status, body } = await refresh(ada.session.refreshToken);
    expect(status).toBe(200);
    const { keys } = (await replicas.call(keysAt)).body;
    expect(keys.map(({ kid }) => kid)).toEqual([decodeProtectedHeader(body.accessToken).kid]);
    expect(keys[0]?.kid).not.toBe(decodeProtectedHeader(oldToken).kid);
  });

  it.each([
    ['without its waits', REPLACE.replace(/^sleep .*$/gm, ''), /^verifier: JWKSNoMatchingKey/],
    // Clients who refresh meanwhile, or else verifiers who meet one of their tokens.
    ['with the new key in front at once', REPLACE.replace('roll_out', ''), /^request: 401|^verifier: JWKS/],
  ])('would refuse some %s', async (_, commands, refusal) => {
    expect(commands).not.toBe(REPLACE);
    await follow(commands);
    expect(users.refused).toContainEqual(expect.stringMatching(refusal));
  });

  it('replaces a key that has leaked at once, and lets clients get new tokens', async () => {
    expect(await follow(commandsUnder(GUIDE, 'If it has leaked'))).toEqual([200]);
    expect(await statusOf(oldToken)).toBe(401);
    expect(await statusOf(ada.session.accessToken)).toBe(401);
    const { status, body } = await refresh(ada.session.refreshToken);
    expect([status, await statusOf(body.accessToken)]).toEqual([200, 200]);
  });
});
