/** A user, as other services need to know them. */
export interface DirectoryUser {
  readonly id: string;
  /** Increases with every visible change of the profile. */
  readonly version: number;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly displayName: string | null;
  readonly locale: string;
  /** An IANA name. */
  readonly timezone: string;
}

/** The users that something is for: those that match all that is given. */
export interface Audience {
  readonly status?: 'active' | 'suspended' | undefined;
  /** The name of a role that they have. */
  readonly role?: string | undefined;
  readonly emailDomain?: string | undefined;
  readonly createdAfter?: Date | undefined;
  readonly createdBefore?: Date | undefined;
}

/** Answers questions of other services about users. */
export abstract class AccountDirectory {
  /** @returns null if there's no such user */
  abstract find(userId: string): Promise<DirectoryUser | null>;

  /**
   * Returns users in the order of their IDs. Fewer than `limit` if there are no more.
   * @param after the ID of the last user that was returned, or null to start with the first
   */
  abstract list(audience: Audience, after: string | null, limit: number): Promise<DirectoryUser[]>;

  abstract count(audience: Audience): Promise<number>;
}

/** Accounts in another process, of whose users a service keeps a copy. */
export abstract class PeerDirectory extends AccountDirectory {
  /**
   * @param userIds at most 100
   * @returns those of the users that exist
   */
  abstract findMany(userIds: readonly string[]): Promise<DirectoryUser[]>;
}
