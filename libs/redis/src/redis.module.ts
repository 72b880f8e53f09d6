import {
  ConfigurableModuleBuilder,
  Inject,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { Logger } from 'pino';
import { PINO } from '#libs/telemetry';
import { createRedis, createSubscriber } from './redis.js';
import type { RedisConnection, RedisServers } from './redis-servers.js';
import { ReplicaChannel } from './replica-channel.js';

export interface RedisModuleOptions {
  readonly servers: RedisServers;
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
      useFactory: ({ servers }: RedisModuleOptions) => createRedis(servers),
    },
    {
      provide: ReplicaChannel,
      inject: [REDIS, MODULE_OPTIONS_TOKEN, PINO],
      useFactory: (redis: RedisConnection, { servers }: RedisModuleOptions, logger: Logger) =>
        new ReplicaChannel(redis, createSubscriber(servers), logger),
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
    @Inject(REDIS) private readonly redis: RedisConnection,
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
