import 'reflect-metadata';
import { work } from './bootstrap.js';
import { NotificationsServiceModule } from './notifications-service.module.js';

await work('notifications', NotificationsServiceModule);
