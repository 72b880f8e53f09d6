import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { accountsSchema } from '../../migrations/index.js';
import { CredentialChecks } from './credential-checks.js';
import { FailedAttempts } from './failed-attempts.js';
import { FailedAttemptsRow } from './failed-attempts.entity.js';

@Module({
  imports: [DatabaseModule.forFeature(accountsSchema, FailedAttemptsRow)],
  providers: [CredentialChecks, FailedAttempts],
  exports: [FailedAttempts],
})
export class AttemptsModule {}
