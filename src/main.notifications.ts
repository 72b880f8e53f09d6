import 'reflect-metadata';
import { work } from './processes/run.js';
import { NotificationsServiceModule } from './processes/notifications.module.js';

await work('notifications', NotificationsServiceModule);
