import autocannon from 'autocannon';
import { nextLine, register, WARM_UP_SECONDS } from '../support/processes.mjs';
import { median, shareRow } from './statistics.mjs';

const ROUNDS = 5;
const SECONDS = 4;
const CONNECTIONS = 64;
const USERS = 200;
/** The limits stay on and count each request, but are too high for any machine to reach. */
const LIMIT = '100000/60';

/** `GET /v1/users/me` with token and session checks, limits and logging, relative to a bare Fastify. */
export async function measureProfile(environment) {
  const api = await environment.startApi({ RATE_LIMIT_AUTH: 'off', RATE_LIMIT_DEFAULT: '1000000/60' });
  const sessions = await register(api.url, USERS);
  await api.stop();
  const server = await environment.startApi({ RATE_LIMIT_DEFAULT: LIMIT });
  const bare = environment.startScript('bare-fastify.mjs', JSON.stringify(sessions[0].user));
  const { url } = await nextLine(bare);
  const requests = sessions.map(({ accessToken }) => ({
    headers: { authorization: `Bearer ${accessToken}` },
  }));
  await load(url, requests, WARM_UP_SECONDS);
  await load(server.url, requests, WARM_UP_SECONDS);
  const rounds = [];
  for (let i = 0; i < ROUNDS; i += 1) {
    rounds.push({
      ceiling: await load(url, requests, SECONDS),
      ours: await load(server.url, requests, SECONDS),
    });
  }
  await server.stop();
  bare.kill();
  const share = median(rounds.map(({ ceiling, ours }) => ours.rate / ceiling.rate));
  const rate = (of) => Math.round(median(rounds.map((round) => round[of].rate)));
  const p99 = median(rounds.map(({ ours }) => ours.p99));
  return [
    shareRow(
      'GET /v1/users/me ÷ bare Fastify',
      share,
      0.35,
      `${rate('ours')}/s of ${rate('ceiling')}/s, p99 ${p99} ms`,
    ),
  ];
}

async function load(url, requests, duration) {
  const result = await autocannon({
    url: `${url}/v1/users/me`,
    connections: CONNECTIONS,
    duration,
    requests,
  });
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(
      `${result.non2xx} answers were not 200, ${result.errors} requests failed: ${JSON.stringify(result.statusCodeStats)}`,
    );
  }
  return { rate: result.requests.total / result.duration, p99: result.latency.p99 };
}
