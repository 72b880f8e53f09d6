import 'reflect-metadata';
import { ApiModule } from './api.module.js';
import { serve } from './bootstrap.js';

await serve('api', ApiModule);
