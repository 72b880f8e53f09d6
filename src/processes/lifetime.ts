import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Loggers } from '#libs/telemetry';
import type { AppConfig, Role } from '../../config/index.js';
// Not the index: it loads Nest, which takes longer than everything here together.
import { parseEnvironment } from '../../config/environment.js';
import { BadEnvironment } from '../../config/reader.js';
import { VERSION } from '../../config/version.js';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
/** How often a process that isn't ready yet logs what it's waiting for. */
const REMINDER_MS = 5_000;
/** How long a process may take to shut down after a crash, on top of its drain. Requests take 30 seconds at most. */
const CRASH_LIMIT_MS = 30_000;

/**
 * What every role loads, in steps. Loading blocks the event loop, for seconds if there is little CPU, and signals are
 * only handled in between.
 */
const FOR_LOGGING = [
  () => import('reflect-metadata'),
  () => import('rxjs'),
  () => import('@nestjs/common'),
  () => import('prom-client'),
];
const FOR_EVERYTHING = [
  () => import('@nestjs/core'),
  () => import('ioredis'),
  () => import('fastify'),
  () => import('@mikro-orm/core'),
  () => import('@mikro-orm/postgresql'),
  () => import('@nestjs/terminus'),
  () => import('class-validator'),
];

/** What the start of an application gets. */
export interface Beginning {
  readonly config: AppConfig;
  readonly loggers: Loggers;
  /** Records what the start is waiting for from now on, for the log. */
  readonly waitFor: (what: string) => void;
}

/** A started application. */
interface Application {
  close(signal?: string): Promise<void>;
}

interface Loaded {
  readonly start: (beginning: Beginning) => Promise<Application>;
}

/**
 * The life of a process, from its first moment: reacts to signals, logs how it starts, and turns whatever goes wrong
 * into a redacted log line and an exit code.
 * @param load imports the application. Loading takes most of the start, and process 1 of a container never receives a
 * signal that comes before its handler, so it's only called once the handlers are in place.
 */
export async function live(role: Role, load: () => Promise<Loaded>): Promise<void> {
  const lifetime = new Lifetime(role);
  lifetime.watch();
  try {
    await lifetime.begin(load);
  } catch (error) {
    await lifetime.failToStart(error);
  }
}

class Lifetime {
  private loggers: Loggers | undefined;
  private config: AppConfig | undefined;
  private waitingFor = 'its logger';
  private app: Application | undefined;
  private closing: Promise<void> | undefined;
  private exitCode = 0;

  constructor(private readonly role: Role) {}

  watch(): void {
    for (const signal of SIGNALS) {
      process.on(signal, () => void this.stop(signal));
    }
    // Without these, Node would print the error and everything attached to it, such as the arguments of a Redis command.
    process.on('uncaughtException', (error) => void this.crash(error, 'uncaught exception'));
    process.on('unhandledRejection', (reason) => void this.crash(reason, 'unhandled rejection'));
    // Node's own listener prints it.
    process.removeAllListeners('warning');
    process.on('warning', (warning) => void this.report(warning, 'warning of Node.js', 'warn'));
  }

  async begin(load: () => Promise<Loaded>): Promise<void> {
    const config = parseEnvironment(process.env, this.role);
    this.config = config;
    await inSteps(FOR_LOGGING);
    const loggers = await createLoggersFor(config);
    this.loggers = loggers;
    loggers.log.info({ version: VERSION, node: process.version }, 'starting');
    config.warnings.forEach((warning) => loggers.log.warn(warning));
    const reminder = setInterval(() => this.remind(loggers), REMINDER_MS);
    try {
      this.waitingFor = 'its modules';
      await inSteps(FOR_EVERYTHING);
      const { start } = await load();
      await nextTurn();
      this.app = await start({ config, loggers, waitFor: (what) => (this.waitingFor = what) });
    } finally {
      clearInterval(reminder);
    }
  }

  async failToStart(error: unknown): Promise<void> {
    this.exitCode = 1;
    if (error instanceof BadEnvironment) {
      // People read this at a terminal, or in the log of a container that doesn't start.
      process.stderr.write(`${error.message}\n`);
    } else {
      await this.report(error, 'startup failed');
    }
    // Anything opened before the failure would keep the process alive.
    setImmediate(() => this.exit());
  }

  /** Nothing has been promised to anyone before the process is ready, so it doesn't have to finish anything. */
  private async stop(signal: NodeJS.Signals): Promise<void> {
    if (this.app) {
      this.closing ??= this.close(this.app, signal);
      await this.closing;
      return;
    }
    const members = { signal, waitingFor: this.waitingFor };
    const message = 'stopped before it was ready';
    if (this.loggers) {
      this.loggers.log.info(members, message);
    } else {
      const time = new Date().toISOString();
      process.stdout.write(
        `${JSON.stringify({ level: 'info', time, role: this.role, ...members, msg: message })}\n`,
      );
    }
    this.exit();
  }

  /** Always a bug. We can't know what state it left behind, so the process ends, in the order of a normal shutdown. */
  private async crash(error: unknown, kind: string): Promise<void> {
    this.exitCode = 1;
    await this.report(error, kind);
    if (!this.app) {
      this.exit();
    }
    setTimeout(() => this.exit(), (this.config?.drainSeconds ?? 0) * 1000 + CRASH_LIMIT_MS).unref();
    this.closing ??= this.close(this.app);
    await this.closing;
  }

  private async close(app: Application, signal?: NodeJS.Signals): Promise<void> {
    try {
      await app.close(signal);
    } catch (error) {
      this.exitCode = 1;
      await this.report(error, 'the shutdown failed');
    }
    this.exit();
  }

  private async report(error: unknown, message: string, level: 'fatal' | 'warn' = 'fatal'): Promise<void> {
    try {
      this.loggers ??= await createLoggersFor({ role: this.role, logLevel: 'info', production: true });
      this.loggers.log[level]({ err: error }, message);
    } catch {
      // The logger is what's broken. Nothing else can redact the error.
      process.stderr.write(`${message}: ${error instanceof Error ? error.name : typeof error}\n`);
    }
  }

  private remind({ log }: Loggers): void {
    log.info({ waitingFor: this.waitingFor }, 'still starting');
  }

  private exit(): never {
    process.exit(this.exitCode);
  }
}

async function inSteps(steps: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const step of steps) {
    await step();
    await nextTurn();
  }
}

async function createLoggersFor({
  role,
  logLevel,
  production,
}: Pick<AppConfig, 'role' | 'logLevel' | 'production'>): Promise<Loggers> {
  const { createLoggers } = await import('#libs/telemetry');
  return createLoggers({ level: logLevel, role, pretty: process.stdout.isTTY && !production });
}
