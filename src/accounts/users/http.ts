/** For the controllers of other features. Services use `index.ts`, which doesn't import anything HTTP-specific. */
export { DisplayNameField, LocaleField, TimezoneField, VISIBLE_NAME } from './profile.fields.js';
export { toUserResponse, UserResponse } from './users.dto.js';
