import autocannon from 'autocannon';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { register, WARM_UP_SECONDS } from '../support/processes.mjs';
import { median, shareRow } from './statistics.mjs';

const USERS = 50;
const STREAMS_PER_USER = 20;
const STREAMS = USERS * STREAMS_PER_USER;
const ROUNDS = 7;
const SECONDS = 3;
const CONNECTIONS = 16;
const MOST_MEGABYTES = 100;
/** For the garbage of opening the streams. */
const SETTLE_MS = 5_000;

/** What a thousand open streams of inboxes cost a replica: in memory, and for other requests. */
export async function measureStreams(environment) {
  const settings = { RATE_LIMIT_AUTH: 'off', RATE_LIMIT_DEFAULT: '10000000/60' };
  const [without, withStreams] = [await environment.startApi(settings), await environment.startApi(settings)];
  const users = await register(without.url, USERS, 'seven brave otters', 'streams');
  const requests = users.map(({ accessToken }) => ({ headers: bearer(accessToken) }));
  for (const { url } of [without, withStreams]) {
    await load(url, requests, WARM_UP_SECONDS);
  }
  await delay(SETTLE_MS);
  const before = await megabytes(withStreams.pid);
  const streams = new AbortController();
  for (const { accessToken } of users) {
    await Promise.all(
      Array.from({ length: STREAMS_PER_USER }, () => open(withStreams.url, accessToken, streams.signal)),
    );
  }
  await delay(SETTLE_MS);
  const growth = (await megabytes(withStreams.pid)) - before;
  const rounds = [];
  for (let i = 0; i < ROUNDS; i += 1) {
    const round = {};
    const variants = Object.entries({ without, withStreams });
    for (const [name, { url }] of i % 2 === 0 ? variants : variants.toReversed()) {
      round[name] = await load(url, requests, SECONDS);
    }
    rounds.push(round);
  }
  streams.abort();
  await Promise.all([without.stop(), withStreams.stop()]);
  const rate = (of) => `${Math.round(median(rounds.map((round) => round[of])))}/s`;
  return [
    {
      what: `memory of ${STREAMS} streams`,
      value: `${Math.round(growth)} MB`,
      target: `< ${MOST_MEGABYTES} MB`,
      met: growth < MOST_MEGABYTES,
      detail: `resident set size, ${Math.round(before)} MB before`,
    },
    shareRow(
      `profile with ${STREAMS} streams ÷ without`,
      median(rounds.map(({ without: base, withStreams: of }) => of / base)),
      0.95,
      `${rate('withStreams')} of ${rate('without')}`,
    ),
  ];
}

async function open(url, accessToken, signal) {
  const response = await fetch(`${url}/v2/users/me/notifications/stream`, {
    headers: bearer(accessToken),
    signal,
  });
  if (!response.ok) {
    throw new Error(`the stream returned ${response.status}: ${await response.text()}`);
  }
  void read(response.body);
}

/** Until the end of the measurement, which aborts it. */
async function read(body) {
  try {
    await body.pipeTo(new WritableStream());
  } catch (error) {
    if (error.name !== 'AbortError') {
      throw error;
    }
  }
}

async function load(url, requests, duration) {
  const result = await autocannon({
    url: `${url}/v2/users/me`,
    connections: CONNECTIONS,
    duration,
    requests,
  });
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${result.non2xx} answers were no 2xx: ${JSON.stringify(result.statusCodeStats)}`);
  }
  return result.requests.total / result.duration;
}

async function megabytes(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? Number.NaN) / 1024;
}

function bearer(token) {
  return { authorization: `Bearer ${token}` };
}
