import { setTimeout as delay } from 'node:timers/promises';
import { nextLine } from '../support/processes.mjs';
import { ask, megabytes, prepare, send, statsOf } from './notifications.mjs';
import { median, shareRow } from './statistics.mjs';

const USERS = 1_000;
const WARM_UP_MAILS = 3_000;
const MAILS = 3_000;
const ROUNDS = 5;
/** How much of what raw Bull does is left for the API, PostgreSQL, the outbox, rendering and SMTP. */
const LEAST_SHARE = 0.25;

const FAILING_MAILS = 20_000;
const KILLS = 10;
const KILL_EVERY_MS = 12_000;
const FAILURES = { defer: 0.1, drop: 0.01, stall: 0.005 };
/** As many as one process sends at once. */
const IN_FLIGHT = 10;

/** Notifications from the API call until an SMTP server has them, with one worker, relative to empty jobs of raw Bull. */
export async function measureMails(environment) {
  const bench = await prepare(environment, USERS);
  const { api, sink } = bench;
  const worker = await environment.startRole('notifications', { SMTP_URL: `smtp://127.0.0.1:${sink.port}` });
  let sent = 0;
  const run = async (count) => {
    const startedAt = performance.now();
    await send(bench, count);
    sent += count;
    while ((await statsOf(sink)).messages < sent) {
      await delay(20);
    }
    return (count * 1_000) / (performance.now() - startedAt);
  };
  await run(WARM_UP_MAILS);
  const before = await megabytes(worker.pid);
  const rounds = [];
  for (let i = 0; i < ROUNDS; i += 1) {
    const raw = environment.startScript('raw-bull.mjs', environment.redisUrl, String(MAILS));
    const { perSecond } = await nextLine(raw);
    rounds.push({ raw: perSecond, mails: await run(MAILS) });
  }
  const growth = (await megabytes(worker.pid)) - before;
  await Promise.all([api.stop(), worker.stop()]);
  const rate = (of) => `${Math.round(median(rounds.map((round) => round[of])))}/s`;
  return [
    shareRow(
      'from API to SMTP ÷ raw Bull',
      median(rounds.map(({ raw, mails }) => mails / raw)),
      LEAST_SHARE,
      `${rate('mails')} of ${rate('raw')}`,
    ),
    {
      what: `memory of the worker after ${ROUNDS * MAILS} mails`,
      value: `${Math.round(growth)} MB`,
      detail: `resident set size, ${Math.round(before)} MB before`,
    },
  ];
}

/** Notifications into an SMTP server that defers, drops and stalls, by a worker that is killed again and again. */
export async function measureMailFailures(environment) {
  const bench = await prepare(environment, FAILING_MAILS, FAILURES);
  const { api, sink } = bench;
  const settings = { SMTP_URL: `smtp://127.0.0.1:${sink.port}` };
  let worker = await environment.startRole('notifications', settings);
  const startedAt = performance.now();
  const sending = send(bench, FAILING_MAILS);
  for (let kill = 0; kill < KILLS; kill += 1) {
    await delay(KILL_EVERY_MS);
    process.kill(worker.pid, 'SIGKILL');
    worker = await environment.startRole('notifications', settings);
    const { messages } = await statsOf(sink);
    process.stdout.write(`  killed ${kill + 1} times, ${messages} of ${FAILING_MAILS} have arrived\n`);
  }
  await sending;
  while ((await stateCounts(environment)).open > 0) {
    await delay(1_000);
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  const stats = await statsOf(sink);
  const { sent } = await stateCounts(environment);
  await Promise.all([api.stop(), worker.stop()]);
  const missing = FAILING_MAILS - stats.messages;
  return [
    {
      what: `mails missing of ${FAILING_MAILS}, after ${KILLS} kills`,
      value: String(missing),
      target: '0',
      met: missing === 0 && sent === FAILING_MAILS,
      detail: `${Math.round(seconds)} s; ${stats.deferred} deferred, ${stats.dropped} dropped, ${stats.stalled} stalled`,
    },
    {
      what: 'mails that arrived twice although SMTP could tell',
      value: String(stats.unexplained),
      target: `≤ ${KILLS * IN_FLIGHT}`,
      met: stats.unexplained <= KILLS * IN_FLIGHT,
      detail: `those of a killed worker; ${stats.repeated} repeated in all, with the same Message-ID`,
    },
  ];
}

async function stateCounts(environment) {
  const [counts] = await ask(
    environment,
    `select count(*) filter (where state = 'sent')::int as sent,
            count(*) filter (where state in ('queued', 'pending', 'sending'))::int as open
       from notifications.deliveries where template = 'bench'`,
  );
  return counts;
}
