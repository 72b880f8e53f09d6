export { writeSuppressions } from './suppressions.permissions.js';
export { SuppressionsTag } from './suppressions.tag.js';
