import autocannon from 'autocannon';
import { register } from '../support/processes.mjs';
import { compareReads, costRow, readsOf } from './compare-reads.mjs';

const REPLICAS = 3;
const LIMIT = 1_000;
const WINDOW_SECONDS = 60;
const BURSTS = 20;
const BURST = 1_000;
const USERS = 200;
const CONNECTIONS = 64;
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
  const requests = readsOf(await register(api.url, USERS, 'seven brave otters', 'limits-cost'));
  await api.stop();
  const compared = await compareReads({
    tested: {
      start: () => environment.startApi({ RATE_LIMIT_AUTH: 'off', RATE_LIMIT_DEFAULT: '100000/60' }),
      requests,
    },
    reference: { start: () => environment.startApi(OPEN), requests },
  });
  return costRow('profile read with a limit ÷ without', compared, 1.05);
}
