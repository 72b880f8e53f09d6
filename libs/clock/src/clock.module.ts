import { Global, Module } from '@nestjs/common';
import { Clock } from './clock.js';
import { IdSource } from './id-source.js';
import { SharedClock } from './shared-clock.js';

@Global()
@Module({
  providers: [{ provide: Clock, useClass: SharedClock }, IdSource],
  exports: [Clock, IdSource],
})
export class ClockModule {}
