import { Module } from '@nestjs/common';
import { SessionsModule } from '../sessions/sessions.module.js';
import { NoSecondFactors, SecondFactors } from './second-factors.js';
import { SignInService } from './sign-in.service.js';

@Module({
  imports: [SessionsModule],
  providers: [SignInService, { provide: SecondFactors, useClass: NoSecondFactors }],
  exports: [SignInService],
})
export class SignInModule {}
