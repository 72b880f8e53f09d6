import type { Job, JobOptions } from 'bull';
import { currentTracing, traced, tracedPart } from '#libs/telemetry';

/**
 * How a trace travels with a job: among Bull's options, which it keeps as they are, and not in the payload, which older
 * processes refuse when it has a member that they don't know.
 */
interface TraceOptions extends JobOptions {
  readonly traceparent?: string;
}

/** Runs `send` in a span, if it is a part of something, and gives it what the job has to carry. */
export function traceSend(job: string, send: (options: TraceOptions) => Promise<string>): Promise<string> {
  return tracedPart(
    { name: `send ${job}`, kind: 'producer', attributes: describe(job, 'send') },
    async (span) => {
      const traceparent = currentTracing()?.currentTraceparent();
      const id = await send(traceparent === undefined ? {} : { traceparent });
      span?.set({ 'messaging.message.id': id });
      return id;
    },
  );
}

/** Runs one attempt in a span: a part of what put the job, across processes. */
export function traceRun(name: string, job: Job, run: () => Promise<void>): Promise<void> {
  if (!currentTracing()) {
    return run();
  }
  return traced(
    {
      name: `process ${name}`,
      kind: 'consumer',
      parent: (job.opts as TraceOptions).traceparent ?? null,
      attributes: {
        ...describe(name, 'process'),
        'messaging.message.id': String(job.id),
        'gatehouse.job.attempt': job.attemptsMade + 1,
      },
    },
    run,
  );
}

/** By the semantic conventions for messaging, which are not stable yet. */
function describe(job: string, operation: 'send' | 'process'): Record<string, string> {
  return {
    'messaging.system': 'bull',
    'messaging.operation.type': operation,
    'messaging.operation.name': operation,
    'messaging.destination.name': job,
  };
}
