/**
 * An error whose message is safe to store: no personal data, tokens or secrets. If a job throws any other error, only
 * its name and code are stored, because driver messages contain values (rows, addresses, SQL).
 */
export class JobError extends Error {
  override readonly name: string = 'JobError';
}

/** Retrying is pointless: the job becomes a dead letter immediately. */
export class UnrecoverableJobError extends JobError {
  override readonly name: string = 'UnrecoverableJobError';
}

/** The job is retried after `delayMs`, regardless of its backoff. */
export class PostponeJobError extends JobError {
  override readonly name = 'PostponeJobError';

  constructor(
    message: string,
    readonly delayMs: number,
  ) {
    super(message);
  }
}

/** The run took longer than the job's `timeoutMs`. */
export class JobTimeoutError extends JobError {
  override readonly name = 'JobTimeoutError';
}

/** The process is shutting down and couldn't wait any longer. */
export class JobInterruptedError extends JobError {
  override readonly name = 'JobInterruptedError';
}

/** The error in a form that is safe to log and to store in Redis. */
export function toLoggableError(error: unknown): JobError {
  if (error instanceof JobError) {
    return error;
  }
  if (!(error instanceof Error)) {
    return new JobError('something other than an error was thrown');
  }
  const { code } = error as { code?: unknown };
  const message = typeof code === 'string' ? `${error.name} (${code})` : error.name;
  const redacted = new JobError(message);
  // Only the frames, because the first lines of a stack repeat the message.
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? [];
  redacted.stack = [message, ...frames].join('\n');
  return redacted;
}
