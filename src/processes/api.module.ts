import { Module } from '@nestjs/common';
import { HttpModule } from '#libs/api';
import { LimitsModule } from '#libs/limits';
import { AppConfig } from '../../config/index.js';
import { AccountsGrpcModule } from '../accounts/accounts.grpc.module.js';
import { AccountsHttpModule } from '../accounts/accounts.http.module.js';
import { HealthHttpModule } from '../operations/health/health.http.module.js';
import { JobsApiModule } from '../operations/jobs-api/index.js';
// Declares the jobs of the service, so that its dead letters are among the jobs that the API shows.
import '../notifications/index.js';
import { NotificationsGrpcModule } from '../notifications/notifications.grpc.module.js';
import { NotificationsHttpModule } from '../notifications/notifications.http.module.js';
import { PlatformModule } from './platform.module.js';
import { REQUEST_PIPELINE } from './request-pipeline.js';

/** The role `api`: serves the HTTP API and, to other services, gRPC. */
@Module({
  imports: [
    PlatformModule,
    HttpModule.forRootAsync({
      inject: [AppConfig],
      useFactory: ({ publicUrl, trustedProxies, corsOrigins }: AppConfig) => ({
        publicUrl,
        trustedProxies,
        corsOrigins,
      }),
    }),
    LimitsModule.forRootAsync({
      inject: [AppConfig],
      useFactory: ({ rateLimits }: AppConfig) => rateLimits,
    }),
    AccountsHttpModule,
    AccountsGrpcModule,
    HealthHttpModule,
    JobsApiModule,
    NotificationsGrpcModule,
    NotificationsHttpModule,
  ],
  providers: REQUEST_PIPELINE,
})
export class ApiModule {}
