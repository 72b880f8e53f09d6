import 'reflect-metadata';
import { ApiModule } from './processes/api.module.js';
import { serve } from './processes/run.js';

await serve('api', ApiModule);
