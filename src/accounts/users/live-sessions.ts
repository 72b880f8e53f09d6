import type { EntityManager } from '@mikro-orm/postgresql';

/** Who makes a change: a user, signed in on a device. */
export interface ChangingUser {
  readonly userId: string;
  readonly sessionId: string;
}

/** Who changes their profile. */
export interface ProvenUser extends ChangingUser {
  /** When they last proved who they are, in milliseconds since the epoch. */
  readonly authenticatedAt: number;
  /** Whether an administrator acts as them. */
  readonly isImpersonated: boolean;
}

/** The sessions of users. Comes from elsewhere: users don't know how people sign in. */
export abstract class LiveSessions {
  /** In a transaction that has locked the user. @throws Problem `unauthenticated` if the session has ended */
  abstract require(em: EntityManager, sessionId: string): Promise<void>;

  /** Ends all sessions of a locked user in the caller's transaction. @returns what to do after the commit */
  abstract endAll(em: EntityManager, userId: string): Promise<() => void>;
}
