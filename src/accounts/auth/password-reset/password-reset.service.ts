import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { resetPassword } from '#libs/contracts';
import { hashToken } from '#libs/crypto';
import { Database } from '#libs/database';
import { type User, UsersService } from '../../users/index.js';
import { AddressRequests } from '../email/address-requests.js';
import { invalidToken } from '../email/email.errors.js';
import type { Password } from '../passwords/password.entity.js';
import { findPassword } from '../passwords/password.repository.js';
import { FailedAttempts } from '../attempts/failed-attempts.js';
import { PasswordHasher } from '../passwords/password-hasher.js';
import { PasswordPolicy } from '../passwords/password-policy.js';
import { PasswordsService } from '../passwords/passwords.service.js';
import { AddressClaim } from '../registration/address-claim.js';
import { SessionCache } from '../sessions/session-cache.js';
import type { Device } from '../sessions/session-issuer.js';
import type { PasswordReset } from './password-reset.entity.js';
import { findReset, markUsed } from './password-reset.repository.js';
import { PasswordResetLinks } from './password-reset-links.js';

/** The minimum time between two links. Whoever has to wait has got one just now. */
const LINK_PAUSE_MS = 60_000;

interface Found {
  readonly reset: PasswordReset;
  readonly user: User;
  readonly password: Password | null;
}

/** Lets users who forgot their password set a new one, with a link that they get by mail. */
@Injectable()
export class PasswordResetService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly requests: AddressRequests,
    private readonly links: PasswordResetLinks,
    private readonly policy: PasswordPolicy,
    private readonly attempts: FailedAttempts,
    private readonly hasher: PasswordHasher,
    private readonly passwords: PasswordsService,
    private readonly claim: AddressClaim,
    private readonly sessions: SessionCache,
    private readonly clock: Clock,
  ) {}

  /**
   * Sends a link, unless there's no such account, it's suspended, or it has got a link in the last minute. Neither the
   * result nor the duration reveals which.
   */
  async forgot(email: string, device: Device): Promise<void> {
    await this.requests.run(email, async (em, user) => {
      if (user.status !== 'active') {
        return;
      }
      const pause = new Date(this.clock.millis() - LINK_PAUSE_MS);
      const voided = voidBefore(user, await findPassword(em, user.id));
      const since = voided && voided > pause ? voided : pause;
      await this.links.send(em, user, since, { template: resetPassword, device });
    });
  }

  /**
   * Sets the password and ends all sessions. A link works once, but the same request may be repeated: its answer may be
   * lost. Whoever has the link reads the user's mail, so the address is verified, too.
   * @returns the user's ID
   * @throws Problem `invalid-token`, `weak-password`, `unavailable`
   */
  async reset(token: string, password: string, device: Device): Promise<string> {
    const tokenHash = hashToken(token);
    const { reset, user, password: present } = await this.database.run((em) => this.find(em, tokenHash));
    if (reset.usedAt) {
      await this.requireSame(reset, present, password);
      return user.id;
    }
    await this.policy.check(password, this.users.profileOf(user).email);
    const hash = await this.hasher.hash(password);
    const ended = await this.database.transaction((em) => this.replace(em, reset, hash, device));
    if (!ended) {
      // The same form was submitted twice.
      return this.reset(token, password, device);
    }
    this.sessions.ended(ended);
    this.users.invalidate(user.id);
    return user.id;
  }

  private async find(em: EntityManager, tokenHash: string): Promise<Found> {
    const reset = await findReset(em, tokenHash, this.clock.now());
    const user = reset && (await this.users.find(em, reset.user));
    const password = user && (await findPassword(em, user.id));
    const voided = user && voidBefore(user, password);
    if (!user || (!reset.usedAt && voided && voided > reset.createdAt)) {
      throw invalidToken();
    }
    return { reset, user, password };
  }

  /** The password that the link has set, unless it has changed since. */
  private async requireSame(
    { tokenHash, usedAt }: PasswordReset,
    present: Password | null,
    password: string,
  ): Promise<void> {
    const isLatest = present?.changedAt.getTime() === usedAt?.getTime();
    const verify = (): Promise<boolean> => this.hasher.verify(present?.hash, password);
    if (!isLatest || !(await this.attempts.check(this.attempts.ofLink(tokenHash), verify))) {
      throw invalidToken();
    }
  }

  /** @returns the sessions that it ended, or undefined if the link has been used in the meantime */
  private async replace(
    em: EntityManager,
    { tokenHash, user: userId }: PasswordReset,
    hash: string,
    device: Device,
  ): Promise<string[] | undefined> {
    const user = await this.users.lock(em, userId);
    const { reset } = await this.find(em, tokenHash);
    if (!user || reset.usedAt) {
      return undefined;
    }
    const ended = await this.claim.take(em, user);
    ended.push(...(await this.passwords.replace(em, user, hash, { device })));
    // Exactly when the password changed, by which a repeated request recognizes it.
    await markUsed(em, tokenHash);
    return ended;
  }
}

/**
 * Links from before the latest change of the password are void, whoever made that. On an address that was never verified,
 * the mailbox decides: otherwise, whoever has registered it could keep its owner out with one change after another.
 */
function voidBefore({ emailVerified }: User, password: Password | null): Date | undefined {
  return emailVerified ? password?.changedAt : undefined;
}
