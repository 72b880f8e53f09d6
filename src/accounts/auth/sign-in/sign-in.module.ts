import { Module } from '@nestjs/common';
import { MfaChallengesModule } from '../second-factors/mfa-challenges.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { KnownDevices } from './known-devices.js';
import { SignInService } from './sign-in.service.js';

@Module({
  imports: [MfaChallengesModule, SessionsModule],
  providers: [KnownDevices, SignInService],
  exports: [KnownDevices, SignInService],
})
export class SignInModule {}
