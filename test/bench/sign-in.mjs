import autocannon from 'autocannon';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { nextLine, register, WARM_UP_SECONDS } from '../support/processes.mjs';
import { median, percentile, shareRow } from './statistics.mjs';

const ROUNDS = 5;
const SECONDS = 5;
const CONNECTIONS = 16;
const USERS = 50;
const PROBES_PER_SECOND = 50;
/** The API's own default. */
const THREADS = Math.min(Math.max(availableParallelism() - 1, 1), 3);

/** Sign-ins relative to raw hashing, and the latency of a profile under that load. */
export async function measureSignIn(environment) {
  const api = await environment.startApi({
    RATE_LIMIT_AUTH: 'off',
    RATE_LIMIT_DEFAULT: '1000000/60',
    PASSWORD_HASH_CONCURRENCY: String(THREADS),
  });
  const password = 'seven brave otters';
  const sessions = await register(api.url, USERS, password).catch(() => signIn(api.url, password));
  const requests = sessions.map(({ user }) => ({ body: JSON.stringify({ email: user.email, password }) }));
  await storm(api.url, requests, WARM_UP_SECONDS);
  const rounds = [];
  for (let i = 0; i < ROUNDS; i += 1) {
    const { rate: ceiling } = await nextLine(environment.startScript('raw-argon2.mjs', THREADS, SECONDS));
    const probes = probe(api.url, sessions[0].accessToken, SECONDS);
    const rate = await storm(api.url, requests, SECONDS);
    rounds.push({ ceiling, rate, p99: percentile(await probes, 0.99) });
  }
  await api.stop();
  const share = median(rounds.map(({ rate, ceiling }) => rate / ceiling));
  const p99 = median(rounds.map((round) => round.p99));
  const figure = (of) => Math.round(median(rounds.map((round) => round[of])));
  return [
    shareRow(
      'sign-ins ÷ raw argon2id',
      share,
      0.88,
      `${figure('rate')}/s of ${figure('ceiling')}/s, ${THREADS} threads`,
    ),
    {
      what: 'p99 of GET /v1/users/me in that storm',
      value: `${p99.toFixed(1)} ms`,
      target: '< 100 ms',
      met: p99 < 100,
    },
  ];
}

async function signIn(url, password) {
  return Promise.all(
    Array.from({ length: USERS }, async (_, i) => {
      const answer = await fetch(`${url}/v1/auth/login`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ email: `bench-${i}@acme.com`, password }),
      });
      return answer.json();
    }),
  );
}

async function storm(url, requests, duration) {
  const result = await autocannon({
    url: `${url}/v1/auth/login`,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    connections: CONNECTIONS,
    duration,
    requests,
  });
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${result.non2xx} sign-ins failed, ${result.errors} requests broke`);
  }
  return result.requests.total / result.duration;
}

/** Sends requests at a steady rate, so a slow response does not hide how long the next one waits. */
async function probe(url, accessToken, seconds) {
  const agent = new Agent({ keepAlive: true });
  const ask = async () => {
    const startedAt = performance.now();
    const [answer] = await once(
      get(`${url}/v1/users/me`, { agent, headers: { authorization: `Bearer ${accessToken}` } }),
      'response',
    );
    await once(answer.resume(), 'end');
    return performance.now() - startedAt;
  };
  const pending = [];
  const endsAt = performance.now() + seconds * 1000;
  while (performance.now() < endsAt) {
    pending.push(ask());
    await delay(1000 / PROBES_PER_SECOND);
  }
  const latencies = await Promise.all(pending);
  agent.destroy();
  return latencies;
}
