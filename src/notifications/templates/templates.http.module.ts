import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { IdempotencyModule } from '#libs/idempotency';
import { AuditTrailModule } from '../audit/index.js';
import { notificationsSchema } from '../migrations/index.js';
import { TemplateCompiler } from './content/template-compiler.js';
import { MjmlThreads } from './rendering/mjml-threads.js';
import { TemplateDraftController } from './template-draft.controller.js';
import { TemplatePreviewsService } from './template-previews.service.js';
import { TemplatePublishingService } from './template-publishing.service.js';
import { TemplateVersionsController } from './template-versions.controller.js';
import { TemplatesController } from './templates.controller.js';
import { TemplatesModule } from './templates.module.js';
import { TemplatesService } from './templates.service.js';

/** Writing and publishing templates, over HTTP. */
@Module({
  imports: [
    AuditTrailModule,
    DatabaseModule.forFeature(notificationsSchema),
    IdempotencyModule.forSchema(notificationsSchema),
    TemplatesModule,
  ],
  controllers: [TemplatesController, TemplateDraftController, TemplateVersionsController],
  providers: [
    MjmlThreads,
    TemplateCompiler,
    TemplatePreviewsService,
    TemplatePublishingService,
    TemplatesService,
  ],
})
export class TemplatesHttpModule {}
