import 'reflect-metadata';
import { NotificationsServiceModule } from './processes/notifications.module.js';
import { work } from './processes/work.js';

await work('notifications', NotificationsServiceModule);
