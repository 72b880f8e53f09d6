import { Module } from '@nestjs/common';
import { OutboxModule } from '#libs/messaging';
import { EmailCipher } from './email-cipher.js';
import { ProfileCache } from './profile-cache.js';
import { UsersService } from './users.service.js';

/** The data of users and what may be done with it. */
@Module({
  imports: [OutboxModule.forSchema('accounts')],
  providers: [EmailCipher, ProfileCache, UsersService],
  exports: [EmailCipher, UsersService, OutboxModule],
})
export class UsersModule {}
