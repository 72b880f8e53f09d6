export { canonicalEmail } from './canonical-email.js';
export { DOMAIN_MAX_LENGTH, isDomain } from './domain.js';
export { EMAIL_MAX_LENGTH, isEmailAddress } from './email-address.js';
export { countGraphemes, firstGraphemes } from './graphemes.js';
export { isInstant, withColonInOffset } from './instant.js';
export { isLocale, LOCALE_MAX_LENGTH } from './locale.js';
export { printableUserAgent } from './user-agent.js';
export { isWebUrl } from './web-url.js';
