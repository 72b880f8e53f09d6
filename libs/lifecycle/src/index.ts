export { inBackground, isInBackground } from './background.js';
export { Declarations } from './declarations.js';
export { Degradations } from './degradations.js';
export { Drain } from './drain.js';
export { withMinimumDuration } from './minimum-duration.js';
export { oncePer } from './once-per.js';
export { Outage } from './outage.js';
export { within } from './within.js';
