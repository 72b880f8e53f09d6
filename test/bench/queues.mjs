import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { v7 } from 'uuid';
import { WARM_UP_SECONDS } from '../support/processes.mjs';
import { median } from './statistics.mjs';

const QUEUE = 'confirm-to-accounts';
const KEY = `bull:${QUEUE}`;
const FEW = 1_000;
const MANY = 1_000_000;
const BATCH = 1_000;
const WATCHED_SECONDS = 10;
const TOKEN = 'the-management-token-of-this-bench';

/**
 * Work, metrics and the job console while a million jobs wait, compared with a thousand. Generous, because one is measured
 * minutes after the other: reading a list in full would take a hundred times as long.
 */
export async function measureQueues(environment) {
  const redis = new Redis(environment.redisUrl);
  const few = await measure(environment, redis, FEW);
  const many = await measure(environment, redis, MANY);
  redis.disconnect();
  const speed = many.perSecond / few.perSecond;
  return [
    {
      what: 'a million jobs ÷ a thousand: jobs per second',
      value: speed.toFixed(2),
      target: '≥ 0.5',
      met: speed >= 0.5,
      detail: `${Math.round(many.perSecond)}, ${Math.round(few.perSecond)}`,
    },
    ...Object.keys(few.ms).map((what) => latency(what, few.ms[what], many.ms[what])),
  ];
}

function latency(what, few, many) {
  const ratio = many / few;
  return {
    what: `a million jobs ÷ a thousand: ${what}`,
    value: ratio.toFixed(2),
    target: '≤ 2',
    met: ratio <= 2,
    detail: `${many.toFixed(1)} ms, ${few.toFixed(1)} ms`,
  };
}

/** Keeps so many jobs waiting while a worker of its own works on them. */
async function measure(environment, redis, jobs) {
  await fill(redis, jobs);
  const worker = await environment.startRole('worker', { MANAGEMENT_TOKEN: TOKEN });
  await watch(redis, worker, jobs, WARM_UP_SECONDS);
  const measured = await watch(redis, worker, jobs, WATCHED_SECONDS);
  await worker.stop();
  await redis.flushdb();
  return measured;
}

async function watch(redis, worker, jobs, seconds) {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const queues = `${worker.managementUrl}/jobs/api/queues`;
  const pages = {
    '/metrics': () => `${worker.managementUrl}/metrics`,
    'page of the console': () => `${queues}?activeQueue=${QUEUE}&status=latest&page=1&jobsPerPage=10`,
    'job in the console': async () => `${queues}/${QUEUE}/${await redis.lindex(`${KEY}:wait`, 0)}`,
  };
  const samples = Object.fromEntries(Object.keys(pages).map((what) => [what, []]));
  let done = 0;
  const startedAt = performance.now();
  while (performance.now() - startedAt < seconds * 1_000) {
    for (const [what, page] of Object.entries(pages)) {
      const url = await page();
      const askedAt = performance.now();
      const answer = await fetch(url, { headers });
      await answer.arrayBuffer();
      if (answer.status !== 200) {
        throw new Error(`${url} answered ${answer.status}`);
      }
      samples[what].push(performance.now() - askedAt);
    }
    done += await refill(redis, jobs);
    await delay(20);
  }
  const perSecond = done / ((performance.now() - startedAt) / 1_000);
  return {
    perSecond,
    ms: Object.fromEntries(Object.entries(samples).map(([what, ms]) => [what, median(ms)])),
  };
}

async function fill(redis, jobs) {
  while ((await redis.llen(`${KEY}:wait`)) < jobs - BATCH) {
    await add(redis, BATCH);
  }
  await refill(redis, jobs);
}

/** @returns how many jobs were missing */
async function refill(redis, jobs) {
  const missing = Math.max(0, jobs - (await redis.llen(`${KEY}:wait`)));
  await add(redis, missing);
  return missing;
}

/** As Bull adds them, but many at once. Each confirms a message that the outbox no longer has. */
async function add(redis, count) {
  const pipeline = redis.pipeline();
  const opts = JSON.stringify({
    attempts: 10,
    removeOnComplete: true,
    backoff: { type: 'declared' },
    delay: 0,
  });
  for (let i = 0; i < count; i += 1) {
    const id = v7();
    const data = JSON.stringify({ messageId: id, consumer: 'notifications' });
    pipeline.hset(
      `${KEY}:${id}`,
      'name',
      QUEUE,
      'data',
      data,
      'opts',
      opts,
      'timestamp',
      Date.now(),
      'delay',
      0,
      'priority',
      0,
    );
    pipeline.lpush(`${KEY}:wait`, id);
  }
  await pipeline.exec();
}
