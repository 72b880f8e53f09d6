import type { Job, JobOptions } from 'bull';
import { currentLogContext, currentTracing, runInLogContext, traced, tracedChild } from '#libs/telemetry';

/**
 * How a trace and the ID of the request that caused it travel with a job: in Bull's options, which it stores unchanged.
 * Not in the payload, because older processes reject payloads with unknown members.
 */
interface ContextOptions extends JobOptions {
  readonly traceparent?: string;
  readonly requestId?: string;
}

/** Runs `send` in a span if there is a current one, and passes it the context to store with the job. */
export function sendInContext(
  job: string,
  send: (options: ContextOptions) => Promise<string>,
): Promise<string> {
  return tracedChild(
    { name: `send ${job}`, kind: 'producer', attributes: describe(job, 'send') },
    async (span) => {
      const traceparent = currentTracing()?.currentTraceparent();
      const requestId = currentLogContext()?.requestId;
      const id = await send({
        ...(traceparent === undefined ? {} : { traceparent }),
        ...(requestId === undefined ? {} : { requestId }),
      });
      span?.set({ 'messaging.message.id': id });
      return id;
    },
  );
}

/**
 * Runs one attempt. What it logs names the job and the request that caused it. Its span is a child of the one that
 * enqueued the job, even in another process.
 */
export function runInContext(name: string, job: Job, run: () => Promise<void>): Promise<void> {
  const { requestId } = job.opts as ContextOptions;
  const context = { ...(requestId === undefined ? {} : { requestId }), job: name, jobId: String(job.id) };
  return runInLogContext(context, () => traceRun(name, job, run));
}

function traceRun(name: string, job: Job, run: () => Promise<void>): Promise<void> {
  if (!currentTracing()) {
    return run();
  }
  return traced(
    {
      name: `process ${name}`,
      kind: 'consumer',
      parent: (job.opts as ContextOptions).traceparent ?? null,
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
