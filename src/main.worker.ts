import 'reflect-metadata';
import { work } from './bootstrap.js';
import { WorkerModule } from './worker.module.js';

await work('worker', WorkerModule);
