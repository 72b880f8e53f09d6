import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { accountsSchema } from '../../migrations/index.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { NoSecondFactors, SecondFactors } from './second-factors.js';
import { StepUp } from './step-up.js';
import { SignInService } from './sign-in.service.js';

@Module({
  imports: [DatabaseModule.forFeature(accountsSchema), SessionsModule],
  providers: [SignInService, StepUp, { provide: SecondFactors, useClass: NoSecondFactors }],
  exports: [SignInService, StepUp],
})
export class SignInModule {}
