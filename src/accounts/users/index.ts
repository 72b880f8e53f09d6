export { asDisplayName } from './display-name.js';
export { canonicalEmail, EmailCipher } from './email-cipher.js';
export { isLocale, LOCALE_MAX_LENGTH } from './profile-rules.js';
export { type ChangingUser, LiveSessions } from './live-sessions.js';
export type { ManagedPatch, Profile } from './profile.js';
export { changesBetween } from './profile-changes.js';
export { PROFILE_TOPIC } from './profile-cache.js';
export { ReservedAddresses } from './reserved-addresses.js';
export { User } from './user.entity.js';
export { type BatchedUser, UserBatches } from './user-batches.js';
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
