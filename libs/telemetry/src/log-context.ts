import { AsyncLocalStorage } from 'node:async_hooks';

/** The key of what is handled. Lines of the log don't have it, since it's no text. */
export const HANDLED = Symbol('handled');

/** What every line says that is logged meanwhile. */
export interface LogContext {
  /** The request that is handled or, in a job, the one that caused it. */
  readonly requestId?: string;
  /** The trace ID sent by the caller (W3C Trace Context), if any. */
  readonly traceId?: string;
  /** The job that runs, and its ID, which is that of its message if it has one. */
  readonly job?: string;
  readonly jobId?: string;
  readonly [HANDLED]?: object;
}

const storage = new AsyncLocalStorage<LogContext>();

/** Runs `work` so that everything it logs, even later, includes the context. */
export function runInLogContext<T>(context: LogContext, work: () => T): T {
  return storage.run(context, work);
}

export function currentLogContext(): LogContext | undefined {
  return storage.getStore();
}
