import autocannon from 'autocannon';
import { register, WARM_UP_SECONDS } from '../support/processes.mjs';
import { processorNanoseconds } from './processor-time.mjs';
import { median } from './statistics.mjs';

/** V8 compiles each process differently, so a few pairs would measure luck. */
const PAIRS = 12;
const ROUNDS = 2;
const REQUESTS = 25_000;
const CONNECTIONS = 64;
const MOST = 1.02;

/** The cost of disabled tracing: CPU time per request, relative to an application without tracing. */
export async function measureTracing(environment) {
  const rounds = [];
  for (let i = 0; i < PAIRS; i += 1) {
    rounds.push(...(await measurePair(environment, i)));
  }
  const share = median(rounds.map(({ off, none }) => off / none));
  const typical = (name) => median(rounds.map((round) => round[name])).toFixed(1);
  return [
    {
      what: 'tracing off ÷ no tracing at all',
      value: share.toFixed(3),
      target: `≤ ${MOST}`,
      met: share <= MOST,
      detail: `${typical('off')} and ${typical('none')} µs of processor time for a request`,
    },
  ];
}

async function measurePair(environment, pair) {
  const without = new URL('without-tracing.mjs', import.meta.url).href;
  const processes = {
    off: await environment.startApi({ RATE_LIMIT_DEFAULT: 'off' }),
    none: await environment.startApi({ RATE_LIMIT_DEFAULT: 'off', NODE_OPTIONS: `--import=${without}` }),
  };
  const headers = {};
  for (const [name, { url }] of Object.entries(processes)) {
    // On both, because what a process has done before decides how V8 compiles it.
    const [{ accessToken }] = await register(url, 1, 'seven brave otters', `tracing-${name}-${pair}`);
    headers[name] = { authorization: `Bearer ${accessToken}` };
    await autocannon({
      url: `${url}/v1/users/me`,
      headers: headers[name],
      connections: CONNECTIONS,
      duration: WARM_UP_SECONDS,
    });
  }
  const rounds = [];
  for (let i = 0; i < ROUNDS; i += 1) {
    // Each goes first equally often, since the machine's speed varies from one second to the next.
    const order = (pair + i) % 2 === 0 ? ['off', 'none'] : ['none', 'off'];
    const round = {};
    for (const name of order) {
      round[name] = await microsecondsPerRequest(processes[name], headers[name]);
    }
    rounds.push(round);
  }
  await Promise.all(Object.values(processes).map((api) => api.stop()));
  return rounds;
}

async function microsecondsPerRequest({ url, pid }, headers) {
  const before = await processorNanoseconds(pid);
  const { non2xx, errors } = await autocannon({
    url: `${url}/v1/users/me`,
    headers,
    connections: CONNECTIONS,
    amount: REQUESTS,
  });
  if (non2xx > 0 || errors > 0) {
    throw new Error(`${non2xx} answers were not 200, ${errors} requests failed`);
  }
  return ((await processorNanoseconds(pid)) - before) / REQUESTS / 1000;
}
