export { Phone } from './phone.entity.js';
export {
  deletePhoneOf,
  findPhone,
  findPhoneNumber,
  findPhoneOwners,
  NO_PHONE_NUMBER,
  numberOf,
  pendingOf,
  sealNumber,
  sealPending,
} from './phone.repository.js';
export { PushSubscriptionCipher, type PushTarget } from './push-subscription-cipher.js';
export { PushSubscription } from './push-subscription.entity.js';
export {
  countPushSubscriptions,
  deleteEndedPushSubscription,
  deletePushSubscription,
  deletePushSubscriptionsOf,
  deleteStalePushSubscriptions,
  findPushSubscription,
  findPushSubscriptions,
  findPushSubscriptionsOfAll,
  MAX_PUSH_SUBSCRIPTIONS,
  NO_PUSH_SUBSCRIPTION,
  storePushSubscription,
} from './push-subscription.repository.js';
export { CopiedDirectoryModule } from './copied-directory.module.js';
export { eraseRecipient } from './erase-recipient.js';
export { RecipientChanges } from './recipient-changes.js';
export { RecipientCopyModule } from './recipient-copy.module.js';
export { RecipientRebuilds } from './recipient-rebuilds.js';
export { RecipientRebuildsModule } from './recipient-rebuilds.module.js';
export { RecipientsModule } from './recipients.module.js';
export {
  findErased,
  isErased,
  lockRecipient,
  lockRecipients,
  tryToLockRecipients,
} from './erased-user.repository.js';
