import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { AuditLog } from '../../audit/index.js';
import { type User, UsersService } from '../../users/index.js';
import { SessionEnds } from '../sessions/session-ends.js';
import type { Device } from '../sessions/session-issuer.js';
import { accountReclaimedByOwner } from './ownership.events.js';
import { SignInMethods } from './sign-in-methods.js';

export interface Reclaim {
  /** When whoever isn't the owner made the first change that the owner knows of. */
  readonly since: Date;
  /** What the owner says so from. */
  readonly device?: Device | undefined;
}

/**
 * What belongs to an account besides the ways to sign in, such as links in mails. Its provider adds itself to
 * `AccountReclaim`.
 */
export interface ReclaimedPart {
  /** Voids what someone else may have under way. The caller has locked the user. */
  reclaim(em: EntityManager, user: User, reclaim: Reclaim): Promise<void>;
}

/** Takes an account back for its owner, who has said with a link from a mail that a change of it wasn't theirs. */
@Injectable()
export class AccountReclaim {
  private readonly parts: ReclaimedPart[] = [];

  constructor(
    private readonly users: UsersService,
    private readonly methods: SignInMethods,
    private readonly audit: AuditLog,
    private readonly ends: SessionEnds,
  ) {}

  add(part: ReclaimedPart): void {
    this.parts.push(part);
  }

  /** For what the others depend on: the address that mails are sent to. */
  addFirst(part: ReclaimedPart): void {
    this.parts.unshift(part);
  }

  /**
   * Leaves a locked user, in the caller's transaction, with what they had before the change: whatever was added since then
   * to sign in with goes, because someone who is in adds more than one key. The password goes as well, because they know
   * it, and nobody is signed in any more, or known by their device. If the address was changed since then, the account gets
   * the earlier one back. The owner gets a link to set a new password.
   *
   * Call `UsersService.invalidate` after the commit.
   * @returns the sessions that it ended, for the cache, after the commit
   */
  async take(em: EntityManager, user: User, reclaim: Reclaim): Promise<string[]> {
    await this.audit.record(em, accountReclaimedByOwner, { subject: user.id });
    await this.methods.removeSince(em, user.id, reclaim.since);
    for (const part of this.parts) {
      await part.reclaim(em, user, reclaim);
    }
    // The owner must not miss it when whoever it was signs in again, on whatever device.
    await this.users.change(em, user, { signInNotifications: null });
    await this.users.forgetDevices(em, user.id);
    return this.ends.end(em, user.id);
  }
}
