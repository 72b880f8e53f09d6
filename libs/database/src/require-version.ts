import { preconditionFailed } from '#libs/problem';

/**
 * Prevents lost updates: rejects a change that is based on another version.
 * @param expected the versions that the change applies to; undefined for any
 * @throws Problem `precondition-failed`
 */
export function requireVersion(expected: readonly number[] | undefined, version: number): void {
  if (expected && !expected.includes(version)) {
    throw preconditionFailed();
  }
}
