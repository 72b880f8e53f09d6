import { Module } from '@nestjs/common';
import { UsersGrpcController } from './users.grpc.controller.js';
import { UsersModule } from './users.module.js';

@Module({
  imports: [UsersModule],
  controllers: [UsersGrpcController],
})
export class UsersGrpcModule {}
