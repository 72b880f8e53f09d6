export { toUri } from './avatar-url.js';
export { asDisplayName, NAME_MAX_GRAPHEMES, NAME_MAX_LENGTH, trimName } from './display-name.js';
export { ADDRESS_INDEX, EmailCipher, emailContext } from './email-cipher.js';
export {
  AVATAR_URL_MAX_LENGTH,
  AVATAR_URL_RULE,
  LOCALE_RULE,
  NAME_RULE,
  type TextRule,
  TIMEZONE_MAX_LENGTH,
  TIMEZONE_RULE,
} from './profile-rules.js';
export { METADATA_BYTES } from './profile-patch.js';
export { type ChangingUser, LiveSessions } from './live-sessions.js';
export type { ManagedPatch, Profile } from './profile.js';
export { changesBetween } from './profile-changes.js';
export { PROFILE_TOPIC } from './profile-cache.js';
export { ReservedAddresses } from './reserved-addresses.js';
export { User, USER_STATUSES } from './user.entity.js';
export { type BatchedUser, type Identity, type StoredUser, type Taken, UserBatches } from './user-batches.js';
export { UserListService } from './user-list.service.js';
export { emailTaken, userNotActive, userNotFound } from './users.errors.js';
export {
  userCreated,
  userImpersonated,
  userRegistered,
  userRolesChanged,
  userRestored,
  userSuspended,
  userUpdated,
} from './users.events.js';
export { UsersModule } from './users.module.js';
export { UsersService } from './users.service.js';
