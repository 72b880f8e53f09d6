import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { notificationsSchema } from '../migrations/index.js';
import { SuppressionsData } from './suppressions.personal-data.js';
import { SuppressionsModule } from './suppressions.module.js';
import { SuppressionsPurge } from './suppressions.purge.js';

@Module({
  imports: [DatabaseModule.forFeature(notificationsSchema), SuppressionsModule],
  providers: [SuppressionsData, SuppressionsPurge],
})
export class SuppressionsJobsModule {}
