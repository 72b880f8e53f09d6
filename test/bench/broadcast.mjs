import { setTimeout as delay } from 'node:timers/promises';
import { ask, post, prepare, statsOf } from './notifications.mjs';

const USERS = 100_000;
/** At which shares of the users the worker is killed, and at which the broadcast is paused. */
const KILL_AT = [0.2, 0.6];
const PAUSE_AT = 0.4;
const PAUSED_MS = 3_000;

/** A broadcast to many users, whose worker is killed twice, and which is paused once. */
export async function measureBroadcast(environment) {
  const { api, sink, key } = await prepare(environment, USERS);
  const settings = { SMTP_URL: `smtp://127.0.0.1:${sink.port}` };
  let worker = await environment.startRole('notifications', settings);
  const startedAt = performance.now();
  const audience = {};
  const { jobId } = await post(
    api,
    '/notifications/broadcast',
    { audience, template: 'bench', data: { orderId: '4711' } },
    key,
  );
  // There is no progress before the users are counted.
  const done = async () => (await jobOf(api, jobId, key)).progress?.done ?? 0;
  const reach = async (share) => {
    while ((await done()) < share * USERS) {
      await delay(100);
    }
  };
  const [first, second] = KILL_AT;
  const kill = async () => {
    process.kill(worker.pid, 'SIGKILL');
    worker = await environment.startRole('notifications', settings);
  };
  await reach(first);
  await kill();
  await reach(PAUSE_AT);
  await post(api, `/jobs/${jobId}/pause`, {}, key);
  await delay(1_000);
  const paused = await done();
  await delay(PAUSED_MS);
  const moved = (await done()) - paused;
  await post(api, `/jobs/${jobId}/resume`, {}, key);
  await reach(second);
  await kill();
  while ((await jobOf(api, jobId, key)).state !== 'completed') {
    await delay(200);
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  process.stdout.write(`  everyone is notified after ${Math.round(seconds)} s\n`);
  while ((await openMails(environment)) > 0) {
    await delay(1_000);
  }
  const inMails = (performance.now() - startedAt) / 1_000;
  const stats = await statsOf(sink);
  const [counts] = await ask(
    environment,
    `select count(*)::int as items, count(distinct user_id)::int as users from notifications.inbox_notifications`,
  );
  const [{ expected }] = await ask(
    environment,
    `select count(*)::int as expected from accounts.users where status = 'active'`,
  );
  await Promise.all([api.stop(), worker.stop()]);
  const once = counts.items === expected && counts.users === expected;
  return [
    {
      what: `a broadcast to ${expected} users: in the app`,
      value: `${counts.users}`,
      target: String(expected),
      met: once && moved === 0,
      detail: `${counts.items} notifications, ${Math.round(seconds)} s, killed twice and paused once`,
    },
    {
      what: `a broadcast to ${expected} users: by email`,
      value: String(stats.messages),
      target: String(expected),
      met: stats.messages === expected,
      detail: `${stats.repeated} twice, of a killed worker, with the same Message-ID; ${Math.round(inMails)} s`,
    },
  ];
}

async function openMails(environment) {
  const [{ open }] = await ask(
    environment,
    `select count(*)::int as open from notifications.deliveries where state in ('queued', 'pending', 'sending')`,
  );
  return open;
}

async function jobOf({ url }, id, key) {
  const response = await fetch(`${url}/v2/jobs/${id}`, { headers: { authorization: `Bearer ${key}` } });
  return response.json();
}
