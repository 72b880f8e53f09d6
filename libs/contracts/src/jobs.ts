import { IsISO8601, IsIn, IsString, IsUUID } from 'class-validator';
import { type JobTable, type Retention, type Stalled, Tick } from '#libs/jobs';
import { type Service, SERVICES } from './messages.js';

/** The kinds of process that run jobs. */
export type JobRole = 'worker' | 'notifications';

/** A message on its way to a consumer; its data stays sealed until there, for the context `outbox:<messageId>`. */
export class DeliverMessage {
  @IsUUID() messageId!: string;
  @IsString() type!: string;
  @IsUUID() subject!: string;
  @IsISO8601() occurredAt!: string;
  @IsString() sealed!: string;
}

/** A consumer has taken a message for good. */
export class ConfirmMessage {
  @IsUUID() messageId!: string;
  @IsIn(SERVICES) consumer!: Service;
}

export class SendMail {
  @IsUUID() deliveryId!: string;
}

const DAY_SECONDS = 86_400;

const DEAD_LETTERS: Retention = { ageSeconds: 30 * DAY_SECONDS, count: 10_000 };

/** After `kill -9` a job is back in lock time + check interval at most. All jobs are idempotent, so it may come often. */
const RESTARTED: Stalled = { maxCount: 20, lockMs: 8_000, checkEveryMs: 4_000 };

/** Tidying up, once an hour. */
const PURGE = {
  payload: Tick,
  shown: ['startsAt'],
  concurrency: 1,
  timeoutMs: 300_000,
  attempts: 5,
  backoff: { baseMs: 10_000, capMs: 300_000, jitter: 0.25 },
  // Kept while its period lasts, so that its id is not free and no replica puts it again.
  retention: {
    completed: { ageSeconds: DAY_SECONDS, count: 10 },
    failed: { ageSeconds: 7 * DAY_SECONDS, count: 100 },
  },
  stalled: RESTARTED,
  periodic: { everyMinutes: 60 },
} as const;

/** Every job that there is. A process that has the role refuses to start when a job has no processor, or two. */
export const JOBS = {
  'deliver-to-notifications': {
    payload: DeliverMessage,
    shown: ['messageId', 'type', 'subject', 'occurredAt'],
    role: 'notifications',
    concurrency: 10,
    timeoutMs: 15_000,
    attempts: 300,
    backoff: { baseMs: 1_000, capMs: 30_000, jitter: 0.25, later: { afterRetries: 30, capMs: 900_000 } },
    // Freed when done: a message whose confirmation was lost comes again under the same id, and is confirmed again.
    retention: { completed: 'none', failed: DEAD_LETTERS },
    stalled: RESTARTED,
  },
  'confirm-message': {
    payload: ConfirmMessage,
    shown: ['messageId', 'consumer'],
    role: 'worker',
    concurrency: 10,
    timeoutMs: 15_000,
    attempts: 10,
    backoff: { baseMs: 500, capMs: 30_000, jitter: 0.25 },
    retention: { completed: 'none', failed: { ageSeconds: DAY_SECONDS, count: 1_000 } },
    stalled: RESTARTED,
  },
  'send-mail': {
    payload: SendMail,
    shown: ['deliveryId'],
    role: 'notifications',
    concurrency: 10,
    // Long, since cutting off a server that is slow to answer the end of a message sends it twice (RFC 5321, 4.5.3.2.6).
    timeoutMs: 90_000,
    // Two days of outage: 30 retries in the first quarter of an hour, then one every 11 to 15 minutes.
    attempts: 300,
    backoff: { baseMs: 2_000, capMs: 30_000, jitter: 0.25, later: { afterRetries: 30, capMs: 900_000 } },
    retention: { completed: 'none', failed: DEAD_LETTERS },
    stalled: RESTARTED,
  },
  'purge-accounts': {
    ...PURGE,
    role: 'worker',
  },
  'purge-notifications': {
    ...PURGE,
    role: 'notifications',
  },
} as const satisfies JobTable<JobRole>;

export type Jobs = typeof JOBS;

/** The job that carries messages to a consumer. */
export const DELIVERY_JOBS = { notifications: 'deliver-to-notifications' } as const satisfies Partial<
  Record<Service, keyof Jobs>
>;
