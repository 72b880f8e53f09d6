import {
  type DynamicModule,
  type FactoryProvider,
  Inject,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { PINO } from '#libs/telemetry';
import { createRedis } from './redis.js';
import { ReplicaChannel } from './replica-channel.js';

export interface RedisModuleOptions {
  readonly url: string;
}

/** The injection token of the connection for requests: fails fast, queues nothing. */
export const REDIS = Symbol('redis');
const OPTIONS = Symbol('RedisModuleOptions');

@Module({})
export class RedisModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    private readonly channel: ReplicaChannel,
    @Inject(REDIS) private readonly redis: Redis,
  ) {}

  static forRootAsync(
    options: Pick<FactoryProvider<RedisModuleOptions>, 'inject' | 'useFactory'>,
  ): DynamicModule {
    return {
      module: RedisModule,
      global: true,
      providers: [
        { provide: OPTIONS, ...options },
        {
          provide: REDIS,
          inject: [OPTIONS],
          useFactory: ({ url }: RedisModuleOptions) => createRedis(url),
        },
        {
          provide: ReplicaChannel,
          inject: [REDIS, OPTIONS, PINO],
          useFactory: (redis: Redis, { url }: RedisModuleOptions, logger: Logger) =>
            new ReplicaChannel(redis, createRedis(url), logger),
        },
      ],
      exports: [REDIS, ReplicaChannel],
    };
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.channel.start();
  }

  onApplicationShutdown(): void {
    this.channel.stop();
    this.redis.disconnect();
  }
}
