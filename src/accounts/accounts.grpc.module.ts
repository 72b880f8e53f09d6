import { Module } from '@nestjs/common';
import { AccessGrpcModule } from './auth/access/access.grpc.module.js';
import { UsersGrpcModule } from './users/users.grpc.module.js';

/** `AccountsService`, for other services. */
@Module({ imports: [AccessGrpcModule, UsersGrpcModule] })
export class AccountsGrpcModule {}
