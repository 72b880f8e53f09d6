import { Global, Module } from '@nestjs/common';
import { SecondFactors } from '../sign-in/second-factors.js';
import { SignInMethodsModule } from '../sign-in/sign-in-methods.module.js';
import { MfaChallenges } from './mfa-challenges.js';
import { TrustedDevices } from './trusted-devices.js';

/** Tells the seam when to ask for a second factor. Global, because the seam knows no factor. */
@Global()
@Module({
  imports: [SignInMethodsModule],
  providers: [TrustedDevices, { provide: SecondFactors, useClass: MfaChallenges }],
  exports: [SecondFactors, TrustedDevices],
})
export class MfaChallengesModule {}
