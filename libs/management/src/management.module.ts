import { type DynamicModule, type FactoryProvider, Module } from '@nestjs/common';
import { MANAGEMENT_OPTIONS, type ManagementOptions, ManagementServer } from './management.server.js';

/** The management port of a process. Needs a `Registry` of prom-client, global. */
@Module({})
export class ManagementModule {
  static forRootAsync(
    options: Pick<FactoryProvider<ManagementOptions>, 'inject' | 'useFactory'>,
  ): DynamicModule {
    return {
      module: ManagementModule,
      global: true,
      providers: [{ provide: MANAGEMENT_OPTIONS, ...options }, ManagementServer],
      exports: [ManagementServer],
    };
  }
}
