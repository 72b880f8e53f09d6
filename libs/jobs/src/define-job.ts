import { IsISO8601 } from 'class-validator';

/** How long the next attempt waits after a failed one. */
export interface Backoff {
  /** Before the first retry; doubles with every further one. */
  readonly baseMs: number;
  /** The longest wait. */
  readonly capMs: number;
  /** The share of a wait, 0 to 1, that chance takes off, so that what failed together doesn't come back together. */
  readonly jitter: number;
  /** After this many retries the wait doubles again, up to its own cap, to sit out long outages. */
  readonly later?: { readonly afterRetries: number; readonly capMs: number };
}

/** How much of what has ended is kept, at most. */
export interface Retention {
  readonly ageSeconds: number;
  readonly count: number;
}

/** What happens to a job whose process died while it ran. */
export interface Stalled {
  /** How often it is restarted before it counts as the killer of its process and becomes a dead letter. */
  readonly maxCount: number;
  /** A running job renews its lock at half this time; a lapsed lock means that the process died. */
  readonly lockMs: number;
  /** How often lapsed locks are looked for. */
  readonly checkEveryMs: number;
}

export interface JobOptions<P extends object> {
  /** Validates the payload with class-validator, when it is enqueued and again when it is taken. */
  readonly payload: new () => P;
  /** The kind of process that runs the job. */
  readonly role: string;
  /** The members of the payload that operators may see: ids, kinds and times. Default: none. */
  readonly shown?: readonly (keyof P & string)[];
  /** How many jobs of this name one process runs at a time. */
  readonly concurrency: number;
  /** After this time the run's AbortSignal fires and the run counts as failed. */
  readonly timeoutMs: number;
  /** Attempts in all, before the job becomes a dead letter. */
  readonly attempts: number;
  readonly backoff: Backoff;
  /** Completed jobs to keep. Default: none, which frees a job's id as soon as it is done. */
  readonly keepCompleted?: Retention;
  /** Dead letters to keep. Default: 10,000 for 30 days. */
  readonly keepFailed?: Retention;
  /** Default: restarted up to 20 times, within 12 seconds after `kill -9`. */
  readonly stalled?: Stalled;
  /** Enqueued once in every such period by whoever runs it; the payload is then a `Tick`. */
  readonly everyMinutes?: number;
}

/** Everything there is to say about a job. It has a queue of its own, with the same name. */
export interface Job<P extends object = object> extends Omit<JobOptions<P>, 'shown'> {
  readonly name: string;
  readonly shown: readonly string[];
  readonly keepFailed: Retention;
  readonly stalled: Stalled;
}

/** The payload of periodic jobs. */
export class Tick {
  /** The start of the period that the job is for. */
  @IsISO8601() startsAt!: string;
}

const DAY_SECONDS = 86_400;
const DEAD_LETTERS: Retention = { ageSeconds: 30 * DAY_SECONDS, count: 10_000 };
/** After `kill -9` a job is back in lock time + check interval at most. All jobs are idempotent, so it may come often. */
const RESTARTED: Stalled = { maxCount: 20, lockMs: 8_000, checkEveryMs: 4_000 };

const jobs = new Map<string, Job>();

/** Declares a job, next to the processor that runs it. Pass the result to `JobQueue.enqueue` and `@ProcessesJob`. */
export function defineJob<P extends object>(name: string, options: JobOptions<P>): Job<P> {
  if (jobs.has(name)) {
    throw new Error(`The job "${name}" is defined twice. Give one of the two another name.`);
  }
  const job = { shown: [], keepFailed: DEAD_LETTERS, stalled: RESTARTED, ...options, name };
  jobs.set(name, job);
  return job;
}

/** Declares a job that tidies up, once an hour. */
export function defineHourlyJob(name: string, role: string): Job<Tick> {
  return defineJob(name, {
    payload: Tick,
    role,
    shown: ['startsAt'],
    concurrency: 1,
    timeoutMs: 300_000,
    attempts: 5,
    backoff: { baseMs: 10_000, capMs: 300_000, jitter: 0.25 },
    // Kept while its period lasts: its id must not be free, or another replica would enqueue it again.
    keepCompleted: { ageSeconds: DAY_SECONDS, count: 10 },
    keepFailed: { ageSeconds: 7 * DAY_SECONDS, count: 100 },
    everyMinutes: 60,
  });
}

/** Every job whose declaration this process has loaded. */
export function loadedJobs(): readonly Job[] {
  return [...jobs.values()];
}
