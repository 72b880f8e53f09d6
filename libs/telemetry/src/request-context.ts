import { AsyncLocalStorage } from 'node:async_hooks';

export interface RequestContext {
  readonly requestId: string;
  /** The trace ID sent by the caller (W3C Trace Context), if any. */
  readonly traceId?: string;
}

const storage = new AsyncLocalStorage<RequestContext>();

/** Runs `work` so that everything it logs, even later, includes the request ID. */
export function runInRequestContext(context: RequestContext, work: () => void): void {
  storage.run(context, work);
}

export function currentRequestContext(): RequestContext | undefined {
  return storage.getStore();
}
