import 'reflect-metadata';
import { ApiModule } from './processes/api.module.js';
import { serve } from './processes/serve.js';

await serve('api', ApiModule);
