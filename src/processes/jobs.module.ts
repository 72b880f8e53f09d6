import { Module } from '@nestjs/common';
import { QueueModule } from '#libs/bull';
import { AppConfig } from '../../config/index.js';
// The jobs that other services run: their queues are shown in the job console and in the metrics of every process here.
import '../notifications/index.js';

/** The queues, for the roles that run jobs. The API has none: what it starts goes through the outbox. */
@Module({
  imports: [
    QueueModule.forRootAsync({
      inject: [AppConfig],
      useFactory: ({ redis }: AppConfig) => ({ redisUrl: redis.url }),
    }),
  ],
})
export class JobsModule {}
