/** For the controllers of other features. Services use `index.ts`, which doesn't import anything HTTP-specific. */
export { NewPasswordField } from './passwords/passwords.fields.js';
export { weakPassword } from './passwords/passwords.errors.js';
export { RolesField } from './roles/role.fields.js';
export { DeviceList, toDevice } from './sessions/sessions.dto.js';
export { AccessTokenResponse, toAccessTokenResponse } from './step-up/step-up.dto.js';
