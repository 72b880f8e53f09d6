import { fileURLToPath } from 'node:url';
import type { LoggerService } from '@nestjs/common';
import {
  destination,
  type DestinationStream,
  type Logger,
  type LoggerOptions as PinoOptions,
  pino,
  transport,
} from 'pino';
import { currentLogContext } from './log-context.js';
import { describeError, redactText, SECRET_MEMBERS } from './redaction.js';
import { withSourcePositions } from './source-positions.js';
import { currentSpanIds } from './tracing/traced.js';

/** Runs in another thread. */
const TERMINAL = fileURLToPath(new URL('./terminal.js', import.meta.url));

export interface LoggerOptions {
  readonly level: string;
  /** The role of the process. Part of every line. */
  readonly role: string;
  /** Human-readable output for a terminal. */
  readonly pretty: boolean;
}

/** The maximum time that lines are buffered if few are written. */
const FLUSH_MS = 100;
const WRITE_BYTES = 8 * 1024;

export interface Loggers {
  /** The general logger: redacts errors and secrets, and adds the request ID to every line. */
  readonly log: Logger;
  /**
   * For the one line per request. Its fields are known to be harmless, so it skips redaction, at a third of the cost.
   */
  readonly access: Logger;
}

/** The time member of a log line. Lines of the same millisecond share one, because formatting takes a while. */
function isoTime(): () => string {
  let millis = NaN;
  let member = '';
  return () => {
    const now = Date.now();
    if (now !== millis) {
      millis = now;
      member = `,"time":"${new Date(now).toISOString()}"`;
    }
    return member;
  };
}

/** Creates loggers that write JSON lines to standard output: time, level, role, request ID, message. */
export function createLoggers({ level, role, pretty }: LoggerOptions): Loggers {
  const stream = pretty
    ? (transport({ target: TERMINAL }) as DestinationStream)
    : destination({ dest: 1, sync: false, minLength: WRITE_BYTES, periodicFlush: FLUSH_MS });
  const common: PinoOptions = {
    level,
    base: { role },
    timestamp: isoTime(),
    // Transports run in another thread and need numeric levels.
    ...(pretty ? {} : { formatters: { level: (label: string) => ({ level: label }) } }),
    serializers: { err: describeError },
  };
  return {
    log: pino(
      {
        ...common,
        redact: {
          paths: SECRET_MEMBERS.flatMap((member) => [member, `*.${member}`, `*.*.${member}`]),
          censor: '[redacted]',
        },
        // The request and trace IDs. With tracing, also the span ID, and the trace ID of jobs.
        mixin: () => ({ ...currentLogContext(), ...currentSpanIds() }),
      },
      stream,
    ),
    access: pino(common, stream),
  };
}

/** Nest logs every module and route at startup, which is only useful for debugging. */
const NOISY_CONTEXTS: ReadonlySet<string> = new Set(['InstanceLoader', 'RoutesResolver', 'RouterExplorer']);

/** Sends Nest's log lines, and those of every `new Logger(context)`, to pino. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write(NOISY_CONTEXTS.has(String(rest.at(-1))) ? 'debug' : 'info', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    // Nest also throws what it logs here, and whoever catches it logs it.
    this.write(rest.at(-1) === 'ExceptionHandler' ? 'debug' : 'error', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  /** Nest passes the context name last and, for errors, a stack or an Error before it. */
  private write(
    level: 'info' | 'warn' | 'error' | 'fatal' | 'debug' | 'trace',
    message: unknown,
    rest: unknown[],
  ): void {
    const context = typeof rest.at(-1) === 'string' ? (rest.pop() as string) : undefined;
    const err = [message, ...rest].find((value) => value instanceof Error);
    const stack = rest.find((value): value is string => typeof value === 'string');
    const members = rest.find(
      (value): value is object => typeof value === 'object' && value !== null && value !== err,
    );
    this.logger[level](
      {
        ...(context === undefined ? {} : { context }),
        ...members,
        ...(err === undefined ? {} : { err }),
        ...(stack === undefined ? {} : { stack: redactText(withSourcePositions(stack)) }),
      },
      redactText(message instanceof Error ? message.message : String(message)),
    );
  }
}
