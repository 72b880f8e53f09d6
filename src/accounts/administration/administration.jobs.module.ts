import { Module } from '@nestjs/common';
import { EmailModule } from '../auth/index.js';
import { UsersModule } from '../users/index.js';
import { WebhookStoppedHandler } from './webhook-stopped.handler.js';

/** What goes on without a request. */
@Module({ imports: [EmailModule, UsersModule], providers: [WebhookStoppedHandler] })
export class AdministrationJobsModule {}
