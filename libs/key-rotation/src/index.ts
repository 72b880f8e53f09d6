export { defineKeyRotation, KEY_ROTATION, type KeyRotation } from './define-key-rotation.js';
export { type KeyFindings, reportOn } from './key-report.js';
export { KeyRotationJobsModule } from './key-rotation.jobs.module.js';
export { KeyRotationModule } from './key-rotation.module.js';
export { KeyRotations } from './key-rotations.js';
export { KeyUsage } from './key-usage.js';
export { queuedMessages } from './queued-messages.js';
