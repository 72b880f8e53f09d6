import { Module } from '@nestjs/common';
import { ProfileController } from './profile.controller.js';
import { UsersController } from './users.controller.js';
import { UsersModule } from './users.module.js';

@Module({
  imports: [UsersModule],
  // `users/me` first: the other controller has `users/:id`.
  controllers: [ProfileController, UsersController],
})
export class UsersHttpModule {}
