import { preconditionFailed } from '#libs/problem';

/**
 * Protects a change from overwriting one that the caller has not seen.
 * @param expected the versions that the change is meant for; undefined when any will do
 * @throws Problem `precondition-failed`
 */
export function requireVersion(expected: readonly number[] | undefined, version: number): void {
  if (expected && !expected.includes(version)) {
    throw preconditionFailed();
  }
}
