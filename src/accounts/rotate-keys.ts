import { accounts } from '#libs/contracts';
import { defineKeyRotation } from '#libs/key-rotation';

/** Keeps what accounts stores under the first keys. */
export const accountsKeys = defineKeyRotation(accounts);
