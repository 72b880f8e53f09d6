import { ConfigurableModuleBuilder, Module } from '@nestjs/common';
import { MANAGEMENT_OPTIONS, type ManagementOptions, ManagementServer } from './management.server.js';

const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<ManagementOptions>({
  optionsInjectionToken: MANAGEMENT_OPTIONS,
})
  .setClassMethodName('forRoot')
  .setExtras({}, (module) => ({ ...module, global: true }))
  .build();

/** The management port of a process. Needs a global prom-client `Registry`. */
@Module({ providers: [ManagementServer], exports: [ManagementServer] })
export class ManagementModule extends ConfigurableModuleClass {}
