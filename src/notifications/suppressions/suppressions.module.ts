import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { notificationsSchema } from '../migrations/index.js';
import { Suppression } from './suppression.entity.js';
import { SuppressionList } from './suppression-list.js';

/** The addresses that no notifications are emailed to, without any transport. */
@Module({
  imports: [DatabaseModule.forFeature(notificationsSchema, Suppression)],
  providers: [SuppressionList],
  exports: [SuppressionList],
})
export class SuppressionsModule {}
