export { isErased, lockRecipient } from './erased-user.repository.js';
