import { createCipheriv, pbkdf2Sync, scryptSync, timingSafeEqual } from 'node:crypto';
import { hashRawSync, hashSync, type Options } from '@node-rs/argon2';
import { hashSync as bcryptSync } from 'bcryptjs';
import type { ScryptCost } from './hash-costs.js';
import type { PasswordHash } from './stored-hash.js';

/** What a hashing thread does: hashes a password, or verifies it, in any of several Unicode forms, against a hash. */
export type HashingTask =
  | { readonly kind: 'hash'; readonly password: string; readonly options: Options }
  | { readonly kind: 'verify'; readonly forms: readonly string[]; readonly stored: PasswordHash };

/** Node.js would refuse scrypt more than 32 MiB. What a hash may cost was checked when it was read. */
const SCRYPT_MEMORY = 512 * 2 ** 20;
const AES_KEY_BYTES = 32;
const BCRYPT_HASH_CHARACTERS = 31;

/** Runs in a thread of its own, so it may block. */
export function runTask(task: HashingTask): string | boolean {
  if (task.kind === 'hash') {
    return hashSync(task.password, task.options);
  }
  // Tries all forms even if the first one matches. Otherwise, the time would tell that a password is right.
  return task.forms
    .map((form) => timingSafeEqual(compute(task.stored, form), task.stored.hash))
    .includes(true);
}

/** The result has the length of the stored hash. */
function compute(stored: PasswordHash, password: string): Uint8Array {
  switch (stored.kind) {
    case 'argon2':
      return hashRawSync(password, stored.options);
    case 'bcrypt':
      return Buffer.from(bcryptSync(password, stored.setting).slice(-BCRYPT_HASH_CHARACTERS));
    case 'scrypt':
      return scrypt(password, stored, stored.hash.length);
    case 'pbkdf2':
      return pbkdf2Sync(password, stored.salt, stored.iterations, stored.hash.length, stored.digest);
    case 'firebase-scrypt': {
      const key = scrypt(password, stored, AES_KEY_BYTES);
      return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(stored.signerKey);
    }
  }
}

function scrypt(
  password: string,
  { salt, cost }: { readonly salt: Uint8Array; readonly cost: ScryptCost },
  length: number,
): Uint8Array {
  return scryptSync(password, salt, length, { ...cost, maxmem: SCRYPT_MEMORY });
}
