import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { passwordChanged } from '#libs/contracts';
import { Database } from '#libs/database';
import { AuditLog } from '../../audit/index.js';
import { type User, userNotFound, UsersService } from '../../users/index.js';
import { AccountChanges } from '../account-changes/account-changes.js';
import { SignInMethods } from '../ownership/sign-in-methods.js';
import { SessionCache } from '../sessions/session-cache.js';
import type { Device } from '../sessions/session-issuer.js';
import { SessionEnds } from '../sessions/session-ends.js';
import { PasswordHasher } from './password-hasher.js';
import { passwordWasChanged } from './passwords.events.js';
import { putPassword, reserveNotice } from './password.repository.js';

/** Otherwise, whoever knows the password could flood the owner's mailbox. */
const MAIL_PAUSE_MS = 60_000;

/** Stores passwords. */
@Injectable()
export class PasswordsService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly hasher: PasswordHasher,
    private readonly changes: AccountChanges,
    private readonly methods: SignInMethods,
    private readonly sessions: SessionCache,
    private readonly ends: SessionEnds,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /** Takes a while, so call it before the transaction. @throws Problem `unavailable` if too many are waiting */
  hash(password: string): Promise<string> {
    return this.hasher.hash(password);
  }

  /** Sets the password of a user in the caller's transaction. @param hash one that `reasonAgainstHash` accepts */
  put(em: EntityManager, userId: string, hash: string): Promise<void> {
    return putPassword(em, userId, hash, this.clock.now());
  }

  /**
   * Replaces the password of a locked user in the caller's transaction, ends their sessions, voids codes to sign in that
   * were sent before, and lets them know, once a minute at most.
   * @param hash a PHC string
   * @param device what the new password came from
   * @param except the session that goes on, if there's one
   * @returns the sessions that it ended, for the cache, after the commit
   */
  async replace(
    em: EntityManager,
    user: User,
    hash: string,
    { device, except }: { readonly device?: Device; readonly except?: string } = {},
  ): Promise<string[]> {
    const now = this.clock.now();
    await putPassword(em, user.id, hash, now);
    await this.audit.record(em, passwordWasChanged, { subject: user.id });
    // On an address that was never verified, the mailbox decides: whoever has registered it must not void its owner's codes.
    if (user.emailVerified) {
      await this.methods.voidPending(em, user.id);
    }
    const since = new Date(now.getTime() - MAIL_PAUSE_MS);
    if (user.emailVerified && (await reserveNotice(em, user.id, since, now))) {
      await this.changes.tellOwner(em, user, { template: passwordChanged, device });
    }
    return this.ends.end(em, user.id, except);
  }

  /** Replaces the password, and ends all sessions. @throws Problem `user-not-found` */
  async reset(email: string, password: string): Promise<void> {
    const hash = await this.hash(password);
    const ended = await this.database.transaction(async (em) => {
      const user = await this.users.lockByEmail(em, email);
      if (!user) {
        throw userNotFound();
      }
      return this.replace(em, user, hash);
    });
    this.sessions.ended(ended);
  }
}
