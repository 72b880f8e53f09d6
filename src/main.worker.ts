import 'reflect-metadata';
import { work } from './processes/run.js';
import { WorkerModule } from './processes/worker.module.js';

await work('worker', WorkerModule);
