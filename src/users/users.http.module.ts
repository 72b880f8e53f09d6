import { Module } from '@nestjs/common';
import { UserListService } from './user-list.service.js';
import { UsersController } from './users.controller.js';
import { UsersModule } from './users.module.js';

@Module({ imports: [UsersModule], providers: [UserListService], controllers: [UsersController] })
export class UsersHttpModule {}
