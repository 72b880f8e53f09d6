import { preconditionFailed } from '#libs/problem';

/** Whether a change applies to the version that a row has now. */
export type VersionCondition = (version: number) => boolean;

/**
 * Prevents lost updates: rejects a change that is based on another version.
 * @throws Problem `precondition-failed`
 */
export function requireVersion(isExpected: VersionCondition, version: number): void {
  if (!isExpected(version)) {
    throw preconditionFailed();
  }
}
