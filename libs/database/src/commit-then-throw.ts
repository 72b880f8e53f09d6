/** Carries an error out of a transaction that is committed anyway. */
export class CommittedRefusal extends Error {
  override readonly name = 'CommittedRefusal';

  constructor(readonly refusal: Error) {
    super(refusal.message, { cause: refusal });
  }
}

/**
 * Inside `Database.transaction`: commits everything written so far, then throws `refusal` to the caller. For rejections
 * that must be recorded, such as ending a session whose refresh token was stolen.
 */
export function commitThenThrow(refusal: Error): never {
  throw new CommittedRefusal(refusal);
}
