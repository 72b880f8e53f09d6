export { EMAIL_MAX_LENGTH, isEmailAddress } from './email-address.js';
export { countGraphemes, firstGraphemes } from './graphemes.js';
export { isInstant, withColonInOffset } from './instant.js';
export { printableUserAgent } from './user-agent.js';
