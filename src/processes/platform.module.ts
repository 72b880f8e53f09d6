import { Module } from '@nestjs/common';
import { ManagementModule } from '#libs/management';
import { AppConfig } from '../../config/index.js';
import { HealthModule } from '../operations/health/index.js';
import { FoundationModule } from './foundation.module.js';

/**
 * The foundation of every role. Each composition root imports it; a process with several roles still has it only once.
 */
@Module({
  imports: [
    FoundationModule,
    ManagementModule.forRootAsync({
      inject: [AppConfig],
      useFactory: ({ host, management, publicUrl }: AppConfig) => ({ ...management, host, publicUrl }),
    }),
    HealthModule,
  ],
})
export class PlatformModule {}
