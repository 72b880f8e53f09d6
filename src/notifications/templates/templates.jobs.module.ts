import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { notificationsSchema } from '../migrations/index.js';
import { TemplateVersionsPurge } from './template-versions.purge.js';

@Module({
  imports: [DatabaseModule.forFeature(notificationsSchema)],
  providers: [TemplateVersionsPurge],
})
export class TemplatesJobsModule {}
