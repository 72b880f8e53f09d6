export { isHardBounce } from './hard-bounce.js';
export { deleteSuppressionsOf } from './suppression.repository.js';
export { SuppressionList } from './suppression-list.js';
export { SuppressionsModule } from './suppressions.module.js';
