import type { KeyMaterial } from './key-ring.js';

/** A key as the settings have it: in clear, or wrapped by a service that manages keys. */
export type StoredKey = KeyMaterial | { readonly id: string; readonly wrapped: string };

/** Where the keys of a ring come from. */
export interface KeySource {
  /** @returns the keys in clear, in the same order @throws Error in words for operators */
  open(keys: readonly StoredKey[]): Promise<KeyMaterial[]>;
}

/** Keys that the settings have in clear, in a variable or a file. */
export class GivenKeys implements KeySource {
  open(keys: readonly StoredKey[]): Promise<KeyMaterial[]> {
    const wrapped = keys.find((key) => 'wrapped' in key);
    return wrapped
      ? Promise.reject(new Error(`the key ${wrapped.id} is wrapped, and there's no service to unwrap it`))
      : Promise.resolve(keys.filter((key) => 'bytes' in key));
  }
}
