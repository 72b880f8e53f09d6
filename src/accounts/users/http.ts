/** For the controllers of other features. Services use `index.ts`, which doesn't import anything HTTP-specific. */
export {
  AvatarUrlField,
  DisplayNameField,
  LocaleField,
  TimezoneField,
  VISIBLE_NAME,
} from './profile.fields.js';
export { METADATA_BYTES } from './profile-patch.js';
export { ETAG_HEADER, present } from './profile.response.js';
export { toUserResponse, UpdateProfileRequest, UserResponse } from './users.dto.js';
export { readUsers } from './users.permissions.js';
export { UsersTag } from './users.tag.js';
