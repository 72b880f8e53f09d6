import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { notificationsSchema } from '../migrations/index.js';
import { TemplatesModule } from '../templates/index.js';
import { PreferenceCheck } from './preference-check.js';
import { Preferences } from './preferences.entity.js';
import { UnsubscribeLinks } from './unsubscribe-links.js';

/** What users want to be notified of, without any transport. */
@Module({
  imports: [DatabaseModule.forFeature(notificationsSchema, Preferences), TemplatesModule],
  providers: [PreferenceCheck, UnsubscribeLinks],
  exports: [PreferenceCheck, UnsubscribeLinks],
})
export class PreferencesModule {}
