export { AccountDeletionService, type PlannedDeletion } from './account-deletion.service.js';
export { DeletionModule } from './deletion.module.js';
