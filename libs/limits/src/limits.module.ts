import { ConfigurableModuleBuilder, Module } from '@nestjs/common';
import { ThrottlerModule, type ThrottlerModuleOptions } from '@nestjs/throttler';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { MacFactory } from '#libs/crypto';
import { REDIS, type RedisConnection } from '#libs/redis';
import { PINO } from '#libs/telemetry';
import { configuredLimits } from './configured-limits.js';
import { LimitStorage } from './limit.storage.js';
import type { LimitOptions } from './policies.js';

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<LimitOptions>()
  .setClassMethodName('forRoot')
  .setExtras({}, (module) => ({ ...module, global: true }))
  .build();

@Module({ exports: [MODULE_OPTIONS_TOKEN] })
class LimitOptionsModule extends ConfigurableModuleClass {}

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
      ): ThrottlerModuleOptions => ({
        storage: new LimitStorage(redis, logger, registry),
        throttlers: configuredLimits(options, macs.for('limit-address')),
      }),
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
