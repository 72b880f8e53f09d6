import { Module } from '@nestjs/common';
import { PreferencesModule } from './preferences.module.js';
import { PreferencesData } from './preferences.personal-data.js';

@Module({ imports: [PreferencesModule], providers: [PreferencesData] })
export class PreferencesJobsModule {}
