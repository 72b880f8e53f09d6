export { isCanonicalBase64Url } from './base64url.js';
export { BlindIndex, commonIndex } from './blind-index.js';
export { CryptoModule, KeyRings, MacFactory } from './crypto.module.js';
export { KeyRing } from './key-ring.js';
export { GivenKeys, type KeySource } from './key-source.js';
export { equalInConstantTime, Mac } from './mac.js';
export { SealBrokenError, Sealer } from './sealer.js';
export {
  ANY_KEY,
  defineExpiringColumn,
  defineKeyedValue,
  defineSealedColumn,
  type IndexedValue,
  keyIdIn,
  type KeyRingName,
  loadedColumns,
  loadedKeyedValues,
  type RowIdentity,
  type SealedColumn,
} from './stored-columns.js';
export { hashToken, randomToken } from './tokens.js';
export { TransitKeys } from './transit-keys.js';
