import { IsISO8601 } from 'class-validator';
import { Declarations } from '#libs/lifecycle';
import type { Schedule } from './schedule.js';

/** The delay before retries. */
export interface Backoff {
  /** Before the first retry. Doubles with every further retry. */
  readonly baseMs: number;
  /** The maximum delay. */
  readonly capMs: number;
  /**
   * The maximum random reduction of a delay, as a share from 0 to 1. Keeps jobs that failed together from retrying
   * together.
   */
  readonly jitter: number;
  /** After this many retries, the delay doubles again up to another cap, to outlast long outages. */
  readonly later?: { readonly afterRetries: number; readonly capMs: number };
}

/** How long, and how many, finished jobs are kept. */
export interface Retention {
  readonly ageSeconds: number;
  readonly count: number;
}

/** How jobs are handled whose process died while running them. */
export interface Stalled {
  /** How often a job is restarted before we assume that it kills its process and it becomes a dead letter. */
  readonly maxCount: number;
  /** A running job renews its lock at half this time. An expired lock means that the process died. */
  readonly lockMs: number;
  /** How often to check for expired locks. */
  readonly checkEveryMs: number;
}

export interface JobOptions<P extends object> {
  /** Validates the payload with class-validator, when it's enqueued and again when it's run. */
  readonly payload: new () => P;
  /** The kind of process that runs the job. */
  readonly role: string;
  /** The fields of the payload that operators may see: IDs, kinds and times. Default: none. */
  readonly visibleFields?: readonly (keyof P & string)[];
  /** How many jobs of this name a process runs concurrently. */
  readonly concurrency: number;
  /** After this time, the run's signal aborts and the run has failed. */
  readonly timeoutMs: number;
  /** Total number of attempts before the job becomes a dead letter. */
  readonly attempts: number;
  readonly backoff: Backoff;
  /** Completed jobs to keep. Default: none, so a job's ID can be reused once it's done. */
  readonly keepCompleted?: Retention;
  /** Dead letters to keep. Default: 10,000 for 30 days. */
  readonly keepFailed?: Retention;
  /** Default: restarted up to 20 times, within 12 seconds after `kill -9`. */
  readonly stalled?: Stalled;
  /** For periodic jobs: enqueued once per period by the processes that run it. The payload must be a `Tick`. */
  readonly everyMinutes?: number;
  /**
   * For periodic jobs that run at certain times, instead of `everyMinutes`. Each time counts once, however many processes
   * run the job. If none is running then, or Redis is down, the latest time is made up for as soon as one is.
   */
  readonly schedule?: Schedule;
}

/** The declaration of a job. Each job has its own queue of the same name. */
export interface Job<P extends object = object> extends Omit<JobOptions<P>, 'visibleFields'> {
  readonly name: string;
  readonly visibleFields: readonly string[];
  readonly keepFailed: Retention;
  readonly stalled: Stalled;
}

/** The payload of periodic jobs. */
export class Tick {
  /** The start of the period that the job is for, or the time at which its schedule says it's due. */
  @IsISO8601() startsAt!: string;
}

/**
 * For work that was acknowledged and needs a server that may be down: outlasts two days, with 30 retries in the first 15
 * minutes, then one every 11 to 15 minutes.
 */
export const TWO_DAYS_OF_RETRIES = {
  attempts: 300,
  backoff: { baseMs: 2_000, capMs: 30_000, jitter: 0.25, later: { afterRetries: 30, capMs: 900_000 } },
} as const satisfies Pick<JobOptions<object>, 'attempts' | 'backoff'>;

const DAY_SECONDS = 86_400;
const DEAD_LETTERS: Retention = { ageSeconds: 30 * DAY_SECONDS, count: 10_000 };
/**
 * After `kill -9`, a job restarts within lock time + check interval. All jobs are idempotent, so that may happen often.
 */
const RESTARTED: Stalled = { maxCount: 20, lockMs: 8_000, checkEveryMs: 4_000 };

const jobs = new Declarations<Job>('job', 'Give one of the two another name.');

/** Declares a job. Belongs next to its processor. Pass the result to `JobQueue.enqueue` and `@ProcessesJob`. */
export function defineJob<P extends object>(name: string, options: JobOptions<P>): Job<P> {
  return jobs.declare<Job<P>>(name, () => ({
    visibleFields: [],
    keepFailed: DEAD_LETTERS,
    stalled: RESTARTED,
    ...options,
    name,
  }));
}

const CLEANUP = {
  payload: Tick,
  visibleFields: ['startsAt'],
  concurrency: 1,
  timeoutMs: 300_000,
  attempts: 5,
  backoff: { baseMs: 10_000, capMs: 300_000, jitter: 0.25 },
  keepFailed: { ageSeconds: 7 * DAY_SECONDS, count: 100 },
} as const;

/** Declares an hourly cleanup job. */
export function defineHourlyJob(name: string, role: string): Job<Tick> {
  return defineJob(name, {
    ...CLEANUP,
    role,
    // Kept until its period is over. If its ID became available earlier, another replica would enqueue it again.
    keepCompleted: { ageSeconds: DAY_SECONDS, count: 10 },
    everyMinutes: 60,
  });
}

/** Declares a cleanup job that runs at certain times, such as at night. */
export function defineScheduledJob(name: string, role: string, schedule: Schedule): Job<Tick> {
  return defineJob(name, {
    ...CLEANUP,
    role,
    // Kept until it's due again, as above.
    keepCompleted: { ageSeconds: 366 * DAY_SECONDS, count: 10 },
    schedule,
  });
}

/** Declares a job that runs every minute. */
export function defineMinutelyJob(name: string, role: string): Job<Tick> {
  return defineJob(name, {
    payload: Tick,
    role,
    visibleFields: ['startsAt'],
    concurrency: 1,
    timeoutMs: 50_000,
    attempts: 3,
    backoff: { baseMs: 5_000, capMs: 15_000, jitter: 0.25 },
    // Kept until its period is over, as above.
    keepCompleted: { ageSeconds: 600, count: 10 },
    keepFailed: { ageSeconds: DAY_SECONDS, count: 100 },
    everyMinutes: 1,
  });
}

/** All jobs whose declarations this process has loaded. */
export function loadedJobs(): readonly Job[] {
  return [...jobs.values()];
}
