/** For the controllers of other features. Services use `index.ts`, which loads nothing of HTTP. */
export { DisplayNameField, LocaleField, TimezoneField } from './profile.fields.js';
export { toUserResponse, UserResponse } from './users.dto.js';
