import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { hashToken } from '#libs/crypto';
import { Database } from '#libs/database';
import { UsersService } from '../../users/index.js';
import { invalidToken } from '../email/email.errors.js';
import type { EmailVerification } from '../email/email-verification.entity.js';
import { findLink, forgetUser } from '../email/email-verification.repository.js';
import { deletePassword } from '../passwords/password.repository.js';
import { RoleAuthority } from '../roles/role-authority.js';
import { SessionCache } from '../sessions/session-cache.js';
import { SessionEnds } from '../sessions/session-ends.js';
import { deleteRegistration, findRegistrations } from './pending-registration.repository.js';

/** Lets the owner of an address undo what a stranger has registered with it. */
@Injectable()
export class DisownService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly authority: RoleAuthority,
    private readonly sessions: SessionCache,
    private readonly ends: SessionEnds,
    private readonly clock: Clock,
  ) {}

  /**
   * Removes the registration that a verification link is for, and with the last one the account. Succeeds again for a link
   * that has already done so, until the link expires.
   * @throws Problem `invalid-token`, also if the address has been verified
   */
  async disown(token: string): Promise<void> {
    const tokenHash = hashToken(token);
    const link = await this.database.run((em) => findLink(em, tokenHash, this.clock.now()));
    if (!link) {
      throw invalidToken();
    }
    const { user } = link;
    if (!user) {
      return;
    }
    this.sessions.ended(await this.database.transaction((em) => this.remove(em, link, user)));
    this.users.invalidate(user);
  }

  /** @returns the sessions that it ended */
  private async remove(em: EntityManager, link: EmailVerification, id: string): Promise<string[]> {
    // Always lock admins before the user, and the user before their links, to avoid deadlocks.
    await this.authority.lockAdmins(em);
    const user = await this.users.lock(em, id);
    const now = this.clock.now();
    const current = await findLink(em, link.tokenHash, now);
    if (!current || user?.emailVerified) {
      throw invalidToken();
    }
    if (!user || !current.user) {
      return [];
    }
    const ended = await this.ends.end(em, id);
    const others = (await findRegistrations(em, id, now)).filter((one) => one.id !== link.registrationId);
    if (link.registrationId && others.length > 0) {
      const hash = await deleteRegistration(em, link.registrationId);
      // The account may have been opened by this registration. It goes to whoever confirms another one.
      if (hash !== undefined) {
        await deletePassword(em, id, hash);
      }
      await forgetUser(em, { tokenHash: link.tokenHash });
    } else {
      await this.authority.requireOtherAdmin(em, user);
      await forgetUser(em, { user: id });
      await this.users.remove(em, user);
    }
    return ended;
  }
}
