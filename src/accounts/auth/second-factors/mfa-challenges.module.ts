import { Module } from '@nestjs/common';
import { SecondFactors } from '../sign-in/second-factors.js';
import { MfaChallenges } from './mfa-challenges.js';
import { TrustedDevices } from './trusted-devices.js';

/** What every sign-in asks. */
@Module({
  providers: [TrustedDevices, { provide: SecondFactors, useClass: MfaChallenges }],
  exports: [SecondFactors, TrustedDevices],
})
export class MfaChallengesModule {}
