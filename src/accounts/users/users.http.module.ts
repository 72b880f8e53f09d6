import { Module } from '@nestjs/common';
import { ProfileController } from './profile.controller.js';
import { UserListService } from './user-list.service.js';
import { UsersController } from './users.controller.js';
import { UsersModule } from './users.module.js';

@Module({
  imports: [UsersModule],
  providers: [UserListService], // `users/me` first: the other has `users/:id`.
  controllers: [ProfileController, UsersController],
})
export class UsersHttpModule {}
