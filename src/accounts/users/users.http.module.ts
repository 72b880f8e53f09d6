import { Module } from '@nestjs/common';
import { ProfileController } from './profile.controller.js';
import { UsersController } from './users.controller.js';
import { UsersModule } from './users.module.js';

@Module({
  imports: [UsersModule],
  // `users/me` must come before `users/:id` of the other controller.
  controllers: [ProfileController, UsersController],
})
export class UsersHttpModule {}
