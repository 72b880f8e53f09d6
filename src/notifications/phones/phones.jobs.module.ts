import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { notificationsSchema } from '../migrations/index.js';
import { PhoneCodeCount } from './phone-code-count.entity.js';
import { PhonesPurge } from './phones.purge.js';

@Module({
  imports: [DatabaseModule.forFeature(notificationsSchema, PhoneCodeCount)],
  providers: [PhonesPurge],
})
export class PhonesJobsModule {}
