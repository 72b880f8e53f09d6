import { hashSync, type Options, verifySync } from '@node-rs/argon2';

/** What a hashing thread does: hashes a password, or verifies it against a PHC string. */
export type HashingTask =
  | { readonly kind: 'hash'; readonly password: string; readonly options: Options }
  | { readonly kind: 'verify'; readonly password: string; readonly stored: string };

/** Runs in a thread of its own, so it may block. */
export function runTask(task: HashingTask): string | boolean {
  return task.kind === 'hash'
    ? hashSync(task.password, task.options)
    : verifySync(task.stored, task.password);
}
