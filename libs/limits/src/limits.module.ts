import { type DynamicModule, type FactoryProvider, Module } from '@nestjs/common';
import { ThrottlerModule } from '@nestjs/throttler';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { REDIS } from '#libs/redis';
import { PINO } from '#libs/telemetry';
import { LIMITS, type LimitName } from './limit.guard.js';
import { LimitStorage } from './limit.storage.js';

interface Limit {
  readonly limit: number;
  readonly windowSeconds: number;
}

/** Null switches a limit off. */
export type LimitOptions = Readonly<Record<LimitName, Limit | null>>;

@Module({})
export class LimitsModule {
  static forRootAsync(options: Pick<FactoryProvider<LimitOptions>, 'inject' | 'useFactory'>): DynamicModule {
    return {
      module: LimitsModule,
      global: true,
      imports: [
        ThrottlerModule.forRootAsync({
          inject: [...(options.inject ?? []), REDIS, PINO, Registry],
          useFactory: async (...dependencies: unknown[]) => {
            const limits = await options.useFactory(...dependencies.slice(0, -3));
            const [redis, logger, registry] = dependencies.slice(-3) as [Redis, Logger, Registry];
            return {
              storage: new LimitStorage(redis, logger, registry),
              throttlers: LIMITS.flatMap((name) => {
                const limit = limits[name];
                return limit ? [{ name, limit: limit.limit, ttl: limit.windowSeconds * 1000 }] : [];
              }),
            };
          },
        }),
      ],
      exports: [ThrottlerModule],
    };
  }
}
