import { IsISO8601 } from 'class-validator';

/** How long the next attempt waits after a failed one. */
export interface Backoff {
  /** Before the first retry; doubles with every further one. */
  readonly baseMs: number;
  /** The longest wait. */
  readonly capMs: number;
  /** The share of a wait, 0 to 1, that chance takes off, so that what failed together does not come back together. */
  readonly jitter: number;
  /** After so many retries the wait doubles again, up to a cap of its own: long outages are waited out patiently. */
  readonly later?: { readonly afterRetries: number; readonly capMs: number };
}

/** How much of what is over is kept, at most. */
export interface Retention {
  readonly ageSeconds: number;
  readonly count: number;
}

/** What happens to a job whose process died in the middle of it. */
export interface Stalled {
  /** How often it is started again before it counts as the killer of its process and becomes a dead letter. */
  readonly maxCount: number;
  /** The lock of a running job is renewed at half this time; once it has lapsed the process counts as dead. */
  readonly lockMs: number;
  /** How often lapsed locks are looked for. */
  readonly checkEveryMs: number;
}

/** Everything there is to say about a job; each has a Bull queue of its own, of the same name. */
export interface JobDefinition<Role extends string = string> {
  /** Checks the payload with class-validator, when it is put and again when it is taken. */
  readonly payload: new () => object;
  /** The members of the payload that people who look at jobs may see: ids, kinds and times. Left out: none. */
  readonly shown?: readonly string[];
  /** The kind of process that runs it. */
  readonly role: Role;
  /** How many jobs of this name one process runs at a time. */
  readonly concurrency: number;
  /** After this time the run's AbortSignal fires and the run counts as failed. */
  readonly timeoutMs: number;
  /** Attempts in all, before the job becomes a dead letter. */
  readonly attempts: number;
  readonly backoff: Backoff;
  /** `none` frees the job's id as soon as it is done, so that the same work can be put again under it. */
  readonly retention: { readonly completed: Retention | 'none'; readonly failed: Retention };
  readonly stalled: Stalled;
  /** Put once in every such period by whoever runs it; the payload is then a `Tick`. */
  readonly periodic?: { readonly everyMinutes: number };
}

export type JobTable<Role extends string = string> = Readonly<Record<string, JobDefinition<Role>>>;

export type JobName<T extends JobTable> = keyof T & string;
export type JobPayload<T extends JobTable, N extends JobName<T>> = InstanceType<T[N]['payload']>;

/** The payload of periodic jobs. */
export class Tick {
  /** The start of the period that the job is for. */
  @IsISO8601() startsAt!: string;
}
