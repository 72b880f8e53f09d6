import { Global, Module } from '@nestjs/common';
import { Clock, SystemClock } from './clock.js';
import { IdSource } from './id-source.js';

@Global()
@Module({
  providers: [{ provide: Clock, useClass: SystemClock }, IdSource],
  exports: [Clock, IdSource],
})
export class ClockModule {}
