import { Injectable, Logger } from '@nestjs/common';
import { type JobProcessor, ProcessesJob } from '#libs/queue';
import { PurgeService } from '../purge.service.js';

@Injectable()
@ProcessesJob('purge-accounts')
export class PurgeAccountsProcessor implements JobProcessor {
  private readonly logger = new Logger(PurgeAccountsProcessor.name);

  constructor(private readonly service: PurgeService) {}

  async process(): Promise<void> {
    const removed = await this.service.purge();
    this.logger.log('removed expired rows', removed);
  }
}
