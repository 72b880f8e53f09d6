import 'reflect-metadata';
import { work } from './processes/work.js';
import { WorkerModule } from './processes/worker.module.js';

await work('worker', WorkerModule);
