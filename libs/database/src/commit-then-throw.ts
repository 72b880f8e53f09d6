/** Carries a refusal out of a transaction that is committed all the same. */
export class CommittedRefusal extends Error {
  override readonly name = 'CommittedRefusal';

  constructor(readonly refusal: Error) {
    super(refusal.message, { cause: refusal });
  }
}

/**
 * Inside `Database.transaction`: commits what was written so far, then throws `refusal` to the caller. For refusals
 * that leave a mark, such as ending a session whose refresh token was stolen.
 */
export function commitThenThrow(refusal: Error): never {
  throw new CommittedRefusal(refusal);
}
