import {
  ConfigurableModuleBuilder,
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

/** The injection token of the connection for requests. It fails fast and queues nothing. */
export const REDIS = Symbol('redis');
const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<RedisModuleOptions>()
  .setClassMethodName('forRoot')
  .setExtras({}, (module) => ({ ...module, global: true }))
  .build();

@Module({
  providers: [
    {
      provide: REDIS,
      inject: [MODULE_OPTIONS_TOKEN],
      useFactory: ({ url }: RedisModuleOptions) => createRedis(url),
    },
    {
      provide: ReplicaChannel,
      inject: [REDIS, MODULE_OPTIONS_TOKEN, PINO],
      useFactory: (redis: Redis, { url }: RedisModuleOptions, logger: Logger) =>
        new ReplicaChannel(redis, createRedis(url), logger),
    },
  ],
  exports: [REDIS, ReplicaChannel],
})
export class RedisModule
  extends ConfigurableModuleClass
  implements OnApplicationBootstrap, OnApplicationShutdown
{
  constructor(
    private readonly channel: ReplicaChannel,
    @Inject(REDIS) private readonly redis: Redis,
  ) {
    super();
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.channel.start();
  }

  onApplicationShutdown(): void {
    this.channel.stop();
    this.redis.disconnect();
  }
}
