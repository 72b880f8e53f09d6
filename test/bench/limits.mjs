import autocannon from 'autocannon';
import { register, WARM_UP_SECONDS } from '../support/processes.mjs';
import { processorNanoseconds } from './processor-time.mjs';
import { median } from './statistics.mjs';

const REPLICAS = 3;
const LIMIT = 1_000;
const WINDOW_SECONDS = 60;
const BURSTS = 20;
const BURST = 1_000;
const USERS = 200;
const CONNECTIONS = 64;
const PAIRS = 6;
const ROUNDS = 2;
const REQUESTS = 25_000;
/** What the limiter may cost. */
const MOST = 1.05;
const OPEN = { RATE_LIMIT_AUTH: 'off', RATE_LIMIT_DEFAULT: 'off' };

/** Whether replicas hold a limit together, and what it costs. */
export async function measureLimits(environment) {
  return [await measureBursts(environment), await measureCost(environment)];
}

/** 60,000 requests of one user to three replicas, in bursts to all of them at once. */
async function measureBursts(environment) {
  const open = await environment.startApi(OPEN);
  const [{ accessToken }] = await register(open.url, 1, 'seven brave otters', 'limits-bursts');
  await open.stop();
  const limits = { RATE_LIMIT_DEFAULT: `${LIMIT}/${WINDOW_SECONDS}` };
  const replicas = await Promise.all(Array.from({ length: REPLICAS }, () => environment.startApi(limits)));
  const headers = { authorization: `Bearer ${accessToken}` };
  const startedAt = performance.now();
  let allowed = 0;
  let rejected = 0;
  for (let burst = 0; burst < BURSTS; burst += 1) {
    const results = await Promise.all(
      replicas.map(({ url }) =>
        autocannon({ url: `${url}/v1/users/me`, headers, connections: CONNECTIONS, amount: BURST }),
      ),
    );
    for (const { statusCodeStats } of results) {
      allowed += statusCodeStats['200']?.count ?? 0;
      rejected += statusCodeStats['429']?.count ?? 0;
    }
  }
  const seconds = (performance.now() - startedAt) / 1000;
  await Promise.all(replicas.map((replica) => replica.stop()));
  return {
    what: `allowed of ${BURSTS * BURST * REPLICAS} requests to three replicas`,
    value: String(allowed),
    target: `${0.99 * LIMIT} to ${LIMIT}`,
    met: allowed >= 0.99 * LIMIT && allowed <= LIMIT && seconds < WINDOW_SECONDS,
    detail: `${rejected} rejected, in ${seconds.toFixed(1)} s`,
  };
}

/** How long a profile read takes with the limit, relative to one without. */
async function measureCost(environment) {
  const api = await environment.startApi(OPEN);
  const sessions = await register(api.url, USERS, 'seven brave otters', 'limits-cost');
  await api.stop();
  const requests = sessions.map(({ accessToken }) => ({
    headers: { authorization: `Bearer ${accessToken}` },
  }));
  const rounds = [];
  for (let pair = 0; pair < PAIRS; pair += 1) {
    rounds.push(...(await measurePair(environment, requests, pair)));
  }
  const slower = median(rounds.map(({ limited, open }) => open.rate / limited.rate));
  const cost = median(rounds.map(({ limited, open }) => limited.cost / open.cost));
  return {
    what: 'profile read with a limit ÷ without',
    value: slower.toFixed(3),
    target: `≤ ${MOST}`,
    met: slower <= MOST,
    detail: `median of ${rounds.length} rounds; of the processor time, ${cost.toFixed(3)}`,
  };
}

/** V8 compiles each process differently, so one pair would measure luck. */
async function measurePair(environment, requests, pair) {
  const apis = {
    limited: await environment.startApi({ RATE_LIMIT_AUTH: 'off', RATE_LIMIT_DEFAULT: '100000/60' }),
    open: await environment.startApi(OPEN),
  };
  for (const api of Object.values(apis)) {
    await load(api, requests, { duration: WARM_UP_SECONDS });
  }
  const rounds = [];
  for (let i = 0; i < ROUNDS; i += 1) {
    // Each goes first equally often, since the machine's speed varies from one second to the next.
    const order = (pair + i) % 2 === 0 ? ['limited', 'open'] : ['open', 'limited'];
    const round = {};
    for (const name of order) {
      const before = await processorNanoseconds(apis[name].pid);
      const { rate } = await load(apis[name], requests, { amount: REQUESTS });
      round[name] = { rate, cost: (await processorNanoseconds(apis[name].pid)) - before };
    }
    rounds.push(round);
  }
  await Promise.all(Object.values(apis).map((api) => api.stop()));
  return rounds;
}

async function load({ url }, requests, amount) {
  const result = await autocannon({
    url: `${url}/v1/users/me`,
    connections: CONNECTIONS,
    requests,
    ...amount,
  });
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${result.non2xx} answers were not 200, ${result.errors} requests failed`);
  }
  return { rate: result.requests.total / result.duration };
}
