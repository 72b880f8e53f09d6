import { Module } from '@nestjs/common';
import { PurgeAccountsProcessor } from './jobs/purge-accounts.processor.js';
import { PurgeService } from './purge.service.js';

@Module({ providers: [PurgeService, PurgeAccountsProcessor] })
export class AuthJobsModule {}
