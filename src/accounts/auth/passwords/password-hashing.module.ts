import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { accountsSchema } from '../../migrations/index.js';
import { BreachedPasswords } from './breached-passwords.js';
import { Password } from './password.entity.js';
import { PasswordBatches } from './password-batches.js';
import { PasswordHasher } from './password-hasher.js';
import { PasswordPolicy } from './password-policy.js';

/** Which passwords are good enough, and how they are stored: also for workers, who sign nobody in. */
@Module({
  imports: [DatabaseModule.forFeature(accountsSchema, Password)],
  providers: [BreachedPasswords, PasswordBatches, PasswordHasher, PasswordPolicy],
  exports: [PasswordBatches, PasswordHasher, PasswordPolicy],
})
export class PasswordHashingModule {}
