import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { MessagingModule } from '#libs/messaging';
import { AuditModule } from '../audit/index.js';
import { accountsSchema } from '../migrations/index.js';
import { EmailCipher } from './email-cipher.js';
import { ProfileCache } from './profile-cache.js';
import { ReservedAddress } from './reserved-address.entity.js';
import { ReservedAddresses } from './reserved-addresses.js';
import { UniqueAddresses } from './unique-addresses.js';
import { User } from './user.entity.js';
import { UserRole } from './user-role.entity.js';
import { UserBatches } from './user-batches.js';
import { UserListService } from './user-list.service.js';
import { UsersService } from './users.service.js';

/** User management, without any transport. */
@Module({
  imports: [
    AuditModule,
    DatabaseModule.forFeature(accountsSchema, User, UserRole, ReservedAddress),
    MessagingModule.forSchema(accountsSchema),
  ],
  providers: [
    EmailCipher,
    ProfileCache,
    ReservedAddresses,
    UniqueAddresses,
    UserBatches,
    UserListService,
    UsersService,
  ],
  exports: [AuditModule, EmailCipher, ReservedAddresses, UserBatches, UserListService, UsersService],
})
export class UsersModule {}
