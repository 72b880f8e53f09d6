import { Module } from '@nestjs/common';
import { AccessModule } from './access.module.js';
import { IntrospectionGrpcController } from './introspection.grpc.controller.js';

@Module({
  imports: [AccessModule],
  controllers: [IntrospectionGrpcController],
})
export class AccessGrpcModule {}
