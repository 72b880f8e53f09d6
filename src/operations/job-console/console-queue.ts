import { BullAdapter } from '@bull-board/api/bullAdapter';
import type { Job, Queue } from 'bull';
import { type DeadLetters, NotADeadLetterError } from '#libs/bull';

const REDACTED = '[redacted]';

/** A queue as the console sees it: payloads redacted, and a retry that gives a dead letter all its attempts again. */
export class ConsoleQueue extends BullAdapter {
  constructor(
    queue: Queue,
    shown: readonly string[],
    private readonly deadLetters: DeadLetters,
  ) {
    super(queue);
    this.setFormatter('data', (payload: unknown) => redact(payload, shown));
    this.setFormatter('returnValue', (value: unknown) => (value === null ? null : REDACTED));
  }

  override async getJob(id: string): Promise<Job | undefined | null> {
    const job = await super.getJob(id);
    return job && this.present(job, (id) => this.deadLetters.revive(this.getName(), id));
  }

  override async getJobs(...range: Parameters<BullAdapter['getJobs']>): Promise<Job[]> {
    const jobs = await super.getJobs(...range);
    // Several are put back at once: one that somebody else was faster with must not keep the others.
    return jobs.map((job) => this.present(job, (id) => this.reviveIfThere(id)));
  }

  private present(job: Job, revive: (id: string) => Promise<void>): Job {
    // bull-board counts the attempt that is to come; there is none to come for a job that is over.
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

/** Every member by its name, so that people see what there is; and the value of those alone that may be shown. */
function redact(payload: unknown, shown: readonly string[]): unknown {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    return REDACTED;
  }
  return Object.fromEntries(
    Object.entries(payload).map(([name, value]) => [name, shown.includes(name) ? value : REDACTED]),
  );
}
