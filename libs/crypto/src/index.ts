export { isCanonicalBase64Url } from './base64url.js';
export { BlindIndex } from './blind-index.js';
export { CryptoModule, MacFactory } from './crypto.module.js';
export { KeyRing } from './key-ring.js';
export { equalInConstantTime, Mac } from './mac.js';
export { SealBrokenError, Sealer } from './sealer.js';
export { hashToken, randomToken } from './tokens.js';
