import { Inject, Injectable, ServiceUnavailableException } from '@nestjs/common';
import {
  HealthCheckService,
  type HealthCheckResult,
  type HealthIndicatorFunction,
  HealthIndicatorService,
} from '@nestjs/terminus';
import { Connections, Migrations } from '#libs/database';
import { Degradations, Drain } from '#libs/lifecycle';
import { REDIS, type RedisConnection, wordOf } from '#libs/redis';
import { EventLoop } from './event-loop.js';
import { Lifecycle } from './lifecycle.js';

/** With a delay this long the process is stuck, and only a restart helps. */
const MAX_EVENT_LOOP_DELAY_MS = 2000;
const CHECK_TIMEOUT_MS = 2000;
const PROBE_KEY = 'gatehouse:probe';
const PROBE_KEPT_MS = 60_000;
/** How Redis's own errors begin: with a code. ioredis's errors are sentences. */
const REFUSAL = /^[A-Z]{3,}$/;

export interface Health {
  readonly status: 200 | 503;
  readonly result: HealthCheckResult;
}

@Injectable()
export class HealthService {
  constructor(
    private readonly checks: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly connections: Connections,
    private readonly migrations: Migrations,
    private readonly drain: Drain,
    private readonly lifecycle: Lifecycle,
    private readonly eventLoop: EventLoop,
    private readonly degradations: Degradations,
    @Inject(REDIS) private readonly redis: RedisConnection,
  ) {}

  /** Liveness probe. Doesn't check other servers, because a restart wouldn't fix them. */
  async live(): Promise<Health> {
    return evenWhileDraining(await this.run(() => this.checkEventLoop()));
  }

  /**
   * Readiness probe. Redis being down is reported but doesn't affect readiness: everything works without it, only
   * slower.
   */
  ready(): Promise<Health> {
    return this.run(
      () => this.checkProcess(),
      () => this.checkDatabase(),
      () => this.checkMigrations(),
      () => this.checkRedis(),
      ...this.degradations.current().map(
        ([name, reasons]) =>
          () =>
            this.report(name, reasons),
      ),
    );
  }

  /** Startup probe. */
  async startup(): Promise<Health> {
    const health = await this.run(
      () => this.checkStarted(),
      () => this.checkMigrations(),
    );
    return evenWhileDraining(health);
  }

  private async run(...checks: HealthIndicatorFunction[]): Promise<Health> {
    try {
      return { status: 200, result: await this.checks.check(checks) };
    } catch (error) {
      if (error instanceof ServiceUnavailableException) {
        return { status: 503, result: error.getResponse() as HealthCheckResult };
      }
      throw error;
    }
  }

  private checkEventLoop() {
    const delayMs = this.eventLoop.meanDelayMs;
    const indicator = this.indicators.check('eventLoop');
    return delayMs <= MAX_EVENT_LOOP_DELAY_MS ? indicator.up({ delayMs }) : indicator.down({ delayMs });
  }

  private checkStarted() {
    const indicator = this.indicators.check('process');
    return this.lifecycle.started ? indicator.up() : indicator.down({ message: 'starting' });
  }

  private checkProcess() {
    return this.drain.active
      ? this.indicators.check('process').down({ message: 'draining' })
      : this.checkStarted();
  }

  private async checkDatabase() {
    let missing: readonly string[] = [];
    const result = await this.indicators
      .check('database')
      .attempt(async () => {
        missing = await this.connections.requireWritable();
      })
      .withTimeout(CHECK_TIMEOUT_MS);
    return missing.length === 0
      ? result
      : this.report('database', [`the database of ${missing.join(' and ')} is not responding`]);
  }

  private checkMigrations() {
    return this.indicators
      .check('migrations')
      .attempt(async () => {
        const areApplied = await this.migrations.areApplied().catch((cause: unknown) => {
          throw new Error('unknown, because PostgreSQL is not responding', { cause });
        });
        if (!areApplied) {
          throw new Error('pending');
        }
      })
      .withTimeout(CHECK_TIMEOUT_MS);
  }

  /** A write, since a replica or a full Redis answers everything else. */
  private async checkRedis() {
    const indicator = this.indicators.check('redis');
    try {
      await this.redis.set(PROBE_KEY, '1', 'PX', PROBE_KEPT_MS);
      return indicator.up();
    } catch (error) {
      const refusal = wordOf(error as Error);
      const message = REFUSAL.test(refusal) ? `Redis refuses writes (${refusal})` : 'Redis is not responding';
      return indicator.degraded({ message: `${message}; everything works, only slower` });
    }
  }

  private report(name: string, reasons: readonly string[]) {
    const indicator = this.indicators.check(name);
    return reasons.length > 0 ? indicator.degraded({ message: reasons.join('; ') }) : indicator.up();
  }
}

/**
 * Terminus fails every check once shutdown has begun. That is right for readiness, but a draining process is alive and
 * must not be killed.
 */
function evenWhileDraining(health: Health): Health {
  const { status, error = {} } = health.result;
  return status === 'shutting_down' && Object.keys(error).length === 0
    ? { status: 200, result: { ...health.result, status: 'ok' } }
    : health;
}
