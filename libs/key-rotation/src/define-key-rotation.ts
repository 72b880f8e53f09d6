import { IsUUID } from 'class-validator';
import { defineJob, defineScheduledJob, type Job, type Tick, TWO_DAYS_OF_RETRIES } from '#libs/jobs';
import { defineTask, type Service, type Task } from '#libs/messaging';

/** For the `KeyRotation` of a module. */
export const KEY_ROTATION = Symbol('KeyRotation');

export class RotateKeys {
  @IsUUID() rotationId!: string;
}

/** What keeps the stored data of a service under the first keys. */
export interface KeyRotation {
  readonly service: Service;
  /** Seals and hashes everything again. Stays in the outbox until it's finished. */
  readonly task: Task<RotateKeys>;
  /** Counts every night what is under which key. */
  readonly count: Job<Tick>;
}

/** Declares the jobs of a service that replace its keys. */
export function defineKeyRotation(service: Service): KeyRotation {
  const { role } = service.deliver;
  const job = defineJob(`rotate-keys-of-${service.name}`, {
    payload: RotateKeys,
    role,
    visibleFields: ['rotationId'],
    concurrency: 1,
    // A run that takes longer goes on in the next one.
    timeoutMs: 3_600_000,
    ...TWO_DAYS_OF_RETRIES,
  });
  return {
    service,
    task: defineTask(job, (rotationId) => ({ rotationId }), { countsAsBacklog: false }),
    count: defineScheduledJob(`count-keys-of-${service.name}`, role, { cron: '20 4 * * *' }),
  };
}
