export { EmailVerification } from './email/email-verification.entity.js';
export { Password } from './passwords/password.entity.js';
export { Session } from './sessions/session.entity.js';
