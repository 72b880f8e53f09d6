import 'reflect-metadata';
import { ApiModule } from './processes/api.module.js';
import { NotificationsServiceModule } from './processes/notifications.module.js';
import { serve } from './processes/serve.js';
import { WorkerModule } from './processes/worker.module.js';

await serve('all', ApiModule, WorkerModule, NotificationsServiceModule);
