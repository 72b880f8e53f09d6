export { Phone } from './phone.entity.js';
export {
  deletePhoneOf,
  findPhone,
  findPhoneNumber,
  NO_PHONE_NUMBER,
  numberOf,
  pendingOf,
  sealNumber,
  sealPending,
} from './phone.repository.js';
export { RecipientsModule } from './recipients.module.js';
export { insertErasedUser, isErased, lockRecipient } from './erased-user.repository.js';
