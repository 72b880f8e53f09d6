import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { accountsSchema } from '../../migrations/index.js';
import { UsersModule } from '../../users/index.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { Password } from './password.entity.js';
import { PasswordHasher } from './password-hasher.js';
import { PasswordPolicy } from './password-policy.js';
import { PasswordsService } from './passwords.service.js';

@Module({
  imports: [DatabaseModule.forFeature(accountsSchema, Password), SessionsModule, UsersModule],
  providers: [PasswordHasher, PasswordPolicy, PasswordsService],
  exports: [PasswordHasher, PasswordPolicy, PasswordsService],
})
export class PasswordsModule {}
