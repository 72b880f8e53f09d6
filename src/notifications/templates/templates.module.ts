import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { AppConfig } from '../../../config/index.js';
import { notificationsSchema } from '../migrations/index.js';
import { MailRenderer } from './mail-renderer.js';
import { MessageRenderer } from './message-renderer.js';
import { PublishedTemplates } from './published-templates.js';
import { TEMPLATE_OPTIONS, type TemplateOptions } from './template.options.js';
import { NotificationTemplate } from './template.entity.js';
import { TemplateVersion } from './template-version.entity.js';

/** Renders what is sent. */
@Module({
  imports: [DatabaseModule.forFeature(notificationsSchema, NotificationTemplate, TemplateVersion)],
  providers: [
    {
      provide: TEMPLATE_OPTIONS,
      inject: [AppConfig],
      useFactory: ({ appUrl, publicUrl }: AppConfig): TemplateOptions => ({ appUrl, publicUrl }),
    },
    MailRenderer,
    MessageRenderer,
    PublishedTemplates,
  ],
  exports: [MailRenderer, MessageRenderer, PublishedTemplates, TEMPLATE_OPTIONS],
})
export class TemplatesModule {}
