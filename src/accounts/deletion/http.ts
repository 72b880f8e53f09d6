/** For the controllers of other features. */
export { AccountDeletionResponse, toAccountDeletionResponse } from './deletion.dto.js';
