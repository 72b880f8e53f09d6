/** For the controllers of other features. Services use `index.ts`, which doesn't import anything HTTP-specific. */
export { NewPasswordField } from './passwords/passwords.fields.js';
export { weakPassword } from './passwords/passwords.errors.js';
export { RolesField } from './roles/role.fields.js';
export { invalidToken } from './email/email.errors.js';
export { invalidMfaToken } from './second-factors/second-factors.errors.js';
export { invalidRefreshToken } from './sessions/sessions.errors.js';
export { invalidCode, invalidCredentials } from './sign-in/sign-in.errors.js';
export { DeviceList, toDevice } from './sessions/sessions.dto.js';
export { AccessTokenResponse, toAccessTokenResponse } from './step-up/step-up.dto.js';
