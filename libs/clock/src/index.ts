export { Clock } from './clock.js';
export { ClockModule } from './clock.module.js';
export { IdSource, lowestIdAt, timeOfId } from './id-source.js';
export { SharedClock } from './shared-clock.js';
