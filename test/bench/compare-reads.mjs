import autocannon from 'autocannon';
import { WARM_UP_SECONDS } from '../support/processes.mjs';
import { processorNanoseconds } from './processor-time.mjs';
import { median } from './statistics.mjs';

/** V8 compiles each process differently, so one pair would measure luck. */
const PAIRS = 6;
const ROUNDS = 2;
const REQUESTS = 25_000;
const CONNECTIONS = 64;

/** Requests of these sessions to read their profiles, for autocannon. */
export function readsOf(sessions) {
  return sessions.map(({ accessToken }) => ({ headers: { authorization: `Bearer ${accessToken}` } }));
}

/**
 * Compares how fast two kinds of API answer profile reads, in pairs of processes that take turns.
 * @param kinds `tested` and `reference`: how to start a process, and the requests to send to it
 * @returns {Promise<{ time: number, processor: number, rounds: number }>} how much longer the tested one takes, and how
 * much more processor time, as ratios
 */
export async function compareReads(kinds) {
  const rounds = [];
  for (let pair = 0; pair < PAIRS; pair += 1) {
    rounds.push(...(await measurePair(kinds, pair)));
  }
  return {
    time: median(rounds.map(({ tested, reference }) => reference.rate / tested.rate)),
    processor: median(rounds.map(({ tested, reference }) => tested.cost / reference.cost)),
    rounds: rounds.length,
  };
}

/** As a table row. */
export function costRow(what, { time, processor, rounds }, most) {
  return {
    what,
    value: time.toFixed(3),
    target: `≤ ${most}`,
    met: time <= most,
    detail: `median of ${rounds} rounds; of the processor time, ${processor.toFixed(3)}`,
  };
}

async function measurePair({ tested, reference }, pair) {
  const apis = { tested: await tested.start(), reference: await reference.start() };
  const requests = { tested: tested.requests, reference: reference.requests };
  for (const name of Object.keys(apis)) {
    await load(apis[name], requests[name], { duration: WARM_UP_SECONDS });
  }
  const rounds = [];
  for (let i = 0; i < ROUNDS; i += 1) {
    // Each goes first equally often, since the machine's speed varies from one second to the next.
    const order = (pair + i) % 2 === 0 ? ['tested', 'reference'] : ['reference', 'tested'];
    const round = {};
    for (const name of order) {
      const before = await processorNanoseconds(apis[name].pid);
      const rate = await load(apis[name], requests[name], { amount: REQUESTS });
      round[name] = { rate, cost: (await processorNanoseconds(apis[name].pid)) - before };
    }
    rounds.push(round);
  }
  await Promise.all(Object.values(apis).map((api) => api.stop()));
  return rounds;
}

/** @returns requests per second */
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
  return result.requests.total / result.duration;
}
