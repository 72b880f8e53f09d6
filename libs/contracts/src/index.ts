export { findTemplate, type Template, TEMPLATE_LOCALES, type TemplateLocale } from './define-template.js';
export { NotificationTarget, SendNotification, sendNotification } from './send-notification.js';
export { accounts, notifications } from './services.js';
export { accountExists } from './templates/account-exists.js';
export { passwordChanged } from './templates/password-changed.js';
export { resetPassword } from './templates/reset-password.js';
export { signInCode } from './templates/sign-in-code.js';
export { verifyEmail } from './templates/verify-email.js';
