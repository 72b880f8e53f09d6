import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { accountsSchema } from '../../migrations/index.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { SignInNoticesModule } from '../sign-in-notices/sign-in-notices.module.js';
import { KnownDevices } from './known-devices.js';
import { SeenDevice } from './seen-device.entity.js';
import { SeenDevices } from './seen-devices.js';
import { SignInMetrics } from './sign-in-metrics.js';
import { SignInService } from './sign-in.service.js';

/** `SecondFactors` comes from elsewhere: what a sign-in asks for besides is not its business. */
@Module({
  imports: [DatabaseModule.forFeature(accountsSchema, SeenDevice), SessionsModule, SignInNoticesModule],
  providers: [KnownDevices, SeenDevices, SignInMetrics, SignInService],
  exports: [KnownDevices, SignInService],
})
export class SignInModule {}
