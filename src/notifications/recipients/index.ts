export { insertErasedUser, isErased, lockRecipient } from './erased-user.repository.js';
