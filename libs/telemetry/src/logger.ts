import type { LoggerService } from '@nestjs/common';
import {
  destination,
  type DestinationStream,
  type Logger,
  type LoggerOptions as PinoOptions,
  pino,
  stdTimeFunctions,
  transport,
} from 'pino';
import { currentRequestContext } from './request-context.js';
import { describeError, redactText, SECRET_MEMBERS } from './redaction.js';
import { currentSpanIds } from './tracing/traced.js';

const PRETTY = { ignore: 'pid,hostname,role', translateTime: 'SYS:HH:MM:ss.l' };

export interface LoggerOptions {
  readonly level: string;
  /** Which part of the system writes; stands on every line. */
  readonly role: string;
  /** For a person at a terminal rather than a machine. */
  readonly pretty: boolean;
}

/** How long a line may wait for others to be written with it, while few are written. */
const FLUSH_MS = 100;
const WRITE_BYTES = 8 * 1024;

export interface Loggers {
  /** For everything that code has to say: errors and secrets redacted, the request id on every line. */
  readonly log: Logger;
  /** For the one line of each request, whose members are known to be harmless: nothing to redact, a third of the cost. */
  readonly access: Logger;
}

/** JSON lines on standard output: time, level, role, request id, message. */
export function createLoggers({ level, role, pretty }: LoggerOptions): Loggers {
  const stream = pretty
    ? (transport({ target: 'pino-pretty', options: PRETTY }) as DestinationStream)
    : destination({ dest: 1, sync: false, minLength: WRITE_BYTES, periodicFlush: FLUSH_MS });
  const common: PinoOptions = {
    level,
    base: { role },
    timestamp: stdTimeFunctions.isoTime,
    // A transport lives in another thread, which knows levels by their numbers only.
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
        // The request's id, and its trace's; with tracing also those of the job's trace and of the span.
        mixin: () => ({ ...currentRequestContext(), ...currentSpanIds() }),
      },
      stream,
    ),
    access: pino(common, stream),
  };
}

/** What Nest says of every module and route at each start is for those who look for a fault. */
const NOISY_CONTEXTS: ReadonlySet<string> = new Set(['InstanceLoader', 'RoutesResolver', 'RouterExplorer']);

/** Nest's own lines, and those of every `new Logger(context)`, through pino. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write(NOISY_CONTEXTS.has(String(rest.at(-1))) ? 'debug' : 'info', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    // Nest reports here what it also throws; whoever catches it says so once.
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

  /** Nest passes the context's name last, and for errors a stack or an Error before it. */
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
        ...(stack === undefined ? {} : { stack: redactText(stack) }),
      },
      redactText(message instanceof Error ? message.message : String(message)),
    );
  }
}
