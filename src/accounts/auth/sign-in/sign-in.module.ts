import { Module } from '@nestjs/common';
import { SessionsModule } from '../sessions/sessions.module.js';
import { KnownDevices } from './known-devices.js';
import { SignInService } from './sign-in.service.js';

/** `SecondFactors` comes from elsewhere: what a sign-in asks for besides is not its business. */
@Module({
  imports: [SessionsModule],
  providers: [KnownDevices, SignInService],
  exports: [KnownDevices, SignInService],
})
export class SignInModule {}
