import { Module } from '@nestjs/common';
import { SessionsModule } from '../sessions/sessions.module.js';
import { KnownDevices } from './known-devices.js';
import { NoSecondFactors, SecondFactors } from './second-factors.js';
import { SignInService } from './sign-in.service.js';

@Module({
  imports: [SessionsModule],
  providers: [KnownDevices, SignInService, { provide: SecondFactors, useClass: NoSecondFactors }],
  exports: [KnownDevices, SignInService],
})
export class SignInModule {}
