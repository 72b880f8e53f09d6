import { Module } from '@nestjs/common';
import { QueueModule } from '#libs/bull';
import { AppConfig } from '../../config/index.js';
// Declares the jobs of other services, so that their queues appear in the job console and the metrics of every process
// here.
import '../notifications/index.js';

/** The queues, for roles that run jobs. The API has none, because everything it triggers goes through the outbox. */
@Module({
  imports: [
    QueueModule.forRootAsync({
      inject: [AppConfig],
      useFactory: ({ redis }: AppConfig) => ({ redis }),
    }),
  ],
})
export class JobsModule {}
