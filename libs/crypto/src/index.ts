export { BlindIndex } from './blind-index.js';
export { CryptoModule, type CryptoOptions, MacFactory } from './crypto.module.js';
export { type Key, KeyRing } from './key-ring.js';
export { equalInConstantTime, Mac } from './mac.js';
export { SealBrokenError, Sealer } from './sealer.js';
export { hashToken, randomToken } from './tokens.js';
