import 'reflect-metadata';
import { ApiModule } from './api.module.js';
import { serve } from './bootstrap.js';
import { NotificationsServiceModule } from './notifications-service.module.js';
import { WorkerModule } from './worker.module.js';

await serve('all', ApiModule, WorkerModule, NotificationsServiceModule);
