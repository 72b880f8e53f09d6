export { JobConsoleModule } from './job-console.module.js';
