import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { accountsSchema } from '../migrations/index.js';
import { EmailCipher } from './email-cipher.js';
import { ProfileCache } from './profile-cache.js';
import { User } from './user.entity.js';
import { UserListService } from './user-list.service.js';
import { UsersService } from './users.service.js';

/** User management, without any transport. */
@Module({
  imports: [DatabaseModule.forFeature(accountsSchema, User)],
  providers: [EmailCipher, ProfileCache, UserListService, UsersService],
  exports: [EmailCipher, UserListService, UsersService],
})
export class UsersModule {}
