import type { Job, JobOptions } from 'bull';
import { currentTracing, traced, tracedChild } from '#libs/telemetry';

/**
 * How a trace travels with a job: in Bull's options, which it stores unchanged. Not in the payload, because older
 * processes reject payloads with unknown members.
 */
interface TraceOptions extends JobOptions {
  readonly traceparent?: string;
}

/** Runs `send` in a span if there is a current one, and passes it the trace context to store with the job. */
export function traceSend(job: string, send: (options: TraceOptions) => Promise<string>): Promise<string> {
  return tracedChild(
    { name: `send ${job}`, kind: 'producer', attributes: describe(job, 'send') },
    async (span) => {
      const traceparent = currentTracing()?.currentTraceparent();
      const id = await send(traceparent === undefined ? {} : { traceparent });
      span?.set({ 'messaging.message.id': id });
      return id;
    },
  );
}

/** Runs one attempt in a span, as a child of the span that enqueued the job, even in another process. */
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

/** Follows the semantic conventions for messaging, which aren't stable yet. */
function describe(job: string, operation: 'send' | 'process'): Record<string, string> {
  return {
    'messaging.system': 'bull',
    'messaging.operation.type': operation,
    'messaging.operation.name': operation,
    'messaging.destination.name': job,
  };
}
