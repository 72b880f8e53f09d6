export { Clock, SystemClock } from './clock.js';
export { ClockModule } from './clock.module.js';
export { IdSource } from './id-source.js';
