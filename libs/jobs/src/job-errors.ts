/**
 * A failure whose message is fit to be stored: no personal data, token or secret. What a job throws that is no
 * JobError keeps only its name and code, since the messages of drivers quote values (of rows, addresses, SQL).
 */
export class JobError extends Error {
  override readonly name: string = 'JobError';
}

/** No retry can help: the job becomes a dead letter at once. */
export class UnrecoverableJobError extends JobError {
  override readonly name: string = 'UnrecoverableJobError';
}

/** Not now: the job is tried again after `delayMs`, whatever its backoff says. */
export class PostponeJobError extends JobError {
  override readonly name = 'PostponeJobError';

  constructor(
    message: string,
    readonly delayMs: number,
  ) {
    super(message);
  }
}

/** The run took longer than the table allows. */
export class JobTimeoutError extends JobError {
  override readonly name = 'JobTimeoutError';
}

/** The process is stopping and could not wait any longer. */
export class JobInterruptedError extends JobError {
  override readonly name = 'JobInterruptedError';
}

/** The error as it may stand in Redis and in the log. */
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
  // Only the frames: the first lines of a stack repeat the message.
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? [];
  redacted.stack = [message, ...frames].join('\n');
  return redacted;
}
