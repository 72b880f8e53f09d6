import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { PasswordsModule } from '../auth/index.js';
import { accountsSchema } from '../migrations/index.js';
import { UsersModule } from '../users/index.js';
import { Administrators } from './administrators.service.js';

/** What administrators do, without any transport. */
@Module({
  imports: [DatabaseModule.forFeature(accountsSchema), PasswordsModule, UsersModule],
  providers: [Administrators],
  exports: [Administrators],
})
export class AdministrationModule {}
