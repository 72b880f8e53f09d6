/** A user, as other services need to know them. */
export interface DirectoryUser {
  readonly id: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly displayName: string | null;
  readonly locale: string;
}

/** Answers questions of other services about users. */
export abstract class AccountDirectory {
  /** @returns null if there's no such user */
  abstract find(userId: string): Promise<DirectoryUser | null>;
}
