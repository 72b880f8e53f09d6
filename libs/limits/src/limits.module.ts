import { ConfigurableModuleBuilder, type ExecutionContext, Module } from '@nestjs/common';
import { ThrottlerModule, type ThrottlerModuleOptions, type ThrottlerOptions } from '@nestjs/throttler';
import type { FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { MacFactory } from '#libs/crypto';
import { perHandler } from '#libs/http';
import { REDIS, type RedisConnection } from '#libs/redis';
import { PINO } from '#libs/telemetry';
import { trackAddress, trackCaller } from './limit-trackers.js';
import { LimitStorage } from './limit.storage.js';
import { hasAuthLimit, type LimitName, LIMITS } from './limited.js';

/** At most `limit` requests in any window of `windowSeconds`. Null disables a limit. */
export type LimitOptions = Readonly<
  Record<LimitName, { readonly limit: number; readonly windowSeconds: number } | null>
>;

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<LimitOptions>()
  .setClassMethodName('forRoot')
  .setExtras({}, (module) => ({ ...module, global: true }))
  .build();

@Module({ exports: [MODULE_OPTIONS_TOKEN] })
class LimitOptionsModule extends ConfigurableModuleClass {}

const isAuthLimited = perHandler(hasAuthLimit);

/**
 * Rate limits across all replicas, based on @nestjs/throttler. Needs Redis, a `Registry` and the `CryptoModule`, all
 * global.
 */
@Module({
  imports: [
    ThrottlerModule.forRootAsync({
      inject: [MODULE_OPTIONS_TOKEN, MacFactory, REDIS, PINO, Registry],
      useFactory: (
        options: LimitOptions,
        macs: MacFactory,
        redis: RedisConnection,
        logger: Logger,
        registry: Registry,
      ): ThrottlerModuleOptions => {
        const mac = macs.for('limit-address');
        const overrides: Record<LimitName, Partial<ThrottlerOptions>> = {
          default: { getTracker: (request) => trackCaller(request as unknown as FastifyRequest, mac) },
          auth: {
            getTracker: (request) => trackAddress(request as unknown as FastifyRequest, mac),
            skipIf: (context: ExecutionContext) => !isAuthLimited(context),
          },
        };
        return {
          storage: new LimitStorage(redis, logger, registry),
          throttlers: LIMITS.flatMap((name) => {
            const limit = options[name];
            return limit
              ? [
                  {
                    name,
                    limit: limit.limit,
                    ttl: limit.windowSeconds * 1000,
                    ...overrides[name],
                  },
                ]
              : [];
          }),
        };
      },
    }),
  ],
  exports: [ThrottlerModule],
})
export class LimitsModule {
  static forRootAsync(options: Parameters<typeof LimitOptionsModule.forRootAsync>[0]) {
    return {
      module: LimitsModule,
      global: true,
      imports: [LimitOptionsModule.forRootAsync(options)],
    };
  }
}
