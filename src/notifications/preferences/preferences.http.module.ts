import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { notificationsSchema } from '../migrations/index.js';
import { PreferencesController } from './preferences.controller.js';
import { PreferencesModule } from './preferences.module.js';
import { PreferencesService } from './preferences.service.js';
import { UnsubscribePage } from './unsubscribe.page.js';

@Module({
  imports: [DatabaseModule.forFeature(notificationsSchema), PreferencesModule],
  controllers: [PreferencesController, UnsubscribePage],
  providers: [PreferencesService],
})
export class PreferencesHttpModule {}
