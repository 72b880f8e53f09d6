import { Module } from '@nestjs/common';
import { JOBS } from '#libs/contracts';
import { QueueModule } from '#libs/bull';
import { AppConfig } from '../../config/index.js';

/** The queues, for the roles that run jobs. The API has none: what it starts goes through the outbox. */
@Module({
  imports: [
    QueueModule.forRootAsync({
      jobs: JOBS,
      inject: [AppConfig],
      useFactory: ({ redis }: AppConfig) => ({ redisUrl: redis.url }),
    }),
  ],
})
export class QueuesModule {}
