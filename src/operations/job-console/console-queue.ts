import { BullAdapter } from '@bull-board/api/bullAdapter';
import type { Job, Queue } from 'bull';
import { type DeadLetters, NotADeadLetterError } from '#libs/dead-letters';

const REDACTED = '[redacted]';

/** A queue in the console. Redacts payloads, and a retry gives a dead letter all of its attempts again. */
export class ConsoleQueue extends BullAdapter {
  constructor(
    queue: Queue,
    visibleFields: readonly string[],
    private readonly deadLetters: DeadLetters,
  ) {
    super(queue);
    this.setFormatter('data', (payload: unknown) => redact(payload, visibleFields));
    this.setFormatter('returnValue', (value: unknown) => (value === null ? null : REDACTED));
  }

  override async getJob(id: string): Promise<Job | undefined | null> {
    const job = await super.getJob(id);
    return job && this.present(job, (id) => this.deadLetters.revive(this.getName(), id));
  }

  override async getJobs(...range: Parameters<BullAdapter['getJobs']>): Promise<Job[]> {
    const jobs = await super.getJobs(...range);
    // For "retry all": a job that someone else has just revived must not keep the others from being revived.
    return jobs.map((job) => this.present(job, (id) => this.reviveIfThere(id)));
  }

  private present(job: Job, revive: (id: string) => Promise<void>): Job {
    // bull-board adds one for the next attempt, but a finished job has none.
    job.attemptsMade -= job.finishedOn ? 1 : 0;
    job.retry = () => revive(String(job.id));
    return job;
  }

  private async reviveIfThere(id: string): Promise<void> {
    try {
      await this.deadLetters.revive(this.getName(), id);
    } catch (error) {
      if (!(error instanceof NotADeadLetterError)) {
        throw error;
      }
    }
  }
}

/** Keeps all field names, so that people see what there is, but only the values that operators may see. */
function redact(payload: unknown, visibleFields: readonly string[]): unknown {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    return REDACTED;
  }
  return Object.fromEntries(
    Object.entries(payload).map(([name, value]) => [name, visibleFields.includes(name) ? value : REDACTED]),
  );
}
