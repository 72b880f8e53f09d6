import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { AuditEventType } from '#libs/audit';
import { Clock } from '#libs/clock';
import type { Template } from '#libs/contracts';
import { hashToken, randomToken } from '#libs/crypto';
import { Database } from '#libs/database';
import { AuditLog } from '../../audit/index.js';
import { type User, UsersService } from '../../users/index.js';
import { AccountMails } from '../email/account-mails.js';
import { invalidToken } from '../email/email.errors.js';
import { AccountReclaim, type Reclaim, type ReclaimedPart } from '../ownership/account-reclaim.js';
import { UNDO_MS } from '../ownership/undo-period.js';
import { SessionCache } from '../sessions/session-cache.js';
import type { Device } from '../sessions/session-issuer.js';
import {
  findChange,
  findLatest,
  insertChange,
  markUndone,
  markUndoneSince,
} from './account-change.repository.js';

/** Even if the link no longer works, the owner should know. After this, nobody looks for the mail. */
const MAIL_LIFETIME_MS = 7 * 24 * 60 * 60 * 1000;

/** A change of how a user signs in. */
interface Change {
  /** What to record, unless the caller does. */
  readonly event?: AuditEventType;
  /** What says so. */
  readonly template: Template;
  /** See `momentFor`. Only if it adds something. */
  readonly madeAt?: Date | undefined;
  /** What it was made from, if it wasn't us. */
  readonly device?: Device | undefined;
}

/** Tells users about changes of how they sign in, and lets them say that it wasn't them. */
@Injectable()
export class AccountChanges implements ReclaimedPart {
  constructor(
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly mails: AccountMails,
    private readonly reclaims: AccountReclaim,
    private readonly sessions: SessionCache,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {
    reclaims.add(this);
  }

  /**
   * When a change is made, in a transaction that has locked the user: after all those before it, even if they were made in
   * the same millisecond, or by a replica whose clock is ahead. What it adds has this age, by which undoing an earlier
   * change finds it.
   */
  async momentFor(em: EntityManager, userId: string): Promise<Date> {
    const latest = await findLatest(em, userId);
    return new Date(Math.max(this.clock.millis(), (latest?.getTime() ?? 0) + 1));
  }

  /**
   * Records what was done with the account, tells its owner, and stores a link that undoes it, in a transaction that has
   * locked the user. Doesn't tell the owner of an address that was never verified, who may have nothing to do with it.
   */
  async tellOwner(em: EntityManager, user: User, { event, template, madeAt, device }: Change): Promise<void> {
    if (event) {
      await this.audit.record(em, event, { subject: user.id });
    }
    if (!user.emailVerified) {
      return;
    }
    const token = randomToken();
    const now = this.clock.millis();
    await insertChange(em, {
      tokenHash: hashToken(token),
      user: user.id,
      madeAt: madeAt ?? (await this.momentFor(em, user.id)),
      expiresAt: new Date(now + UNDO_MS),
    });
    const path = `/undo-change?token=${token}`;
    await this.mails.send(em, user, { template, path, expiresAt: new Date(now + MAIL_LIFETIME_MS), device });
  }

  /**
   * Undoes a change, and takes the account back for its owner as it was before. Has no effect for a link that has already
   * done so, or whose change was undone with an earlier one, until the link expires.
   * @param device what the owner says so from
   * @throws Problem `invalid-token`
   */
  async undo(token: string, device: Device): Promise<void> {
    const tokenHash = hashToken(token);
    const change = await this.database.run((em) => findChange(em, tokenHash, this.clock.now()));
    if (!change) {
      throw invalidToken();
    }
    if (change.undoneAt) {
      return;
    }
    const ended = await this.database.transaction(async (em) => {
      const user = await this.users.lock(em, change.user);
      return user && (await markUndone(em, tokenHash, this.clock.now()))
        ? this.reclaims.take(em, user, { since: change.madeAt, device })
        : [];
    });
    this.sessions.ended(ended);
    this.users.invalidate(change.user);
  }

  /**
   * What was changed since then is undone, too. Links about it do nothing from now on, because the mails may have gone to
   * someone else's address, and because the owner, who has all of them, may well click on each.
   */
  reclaim(em: EntityManager, { id }: User, { since }: Reclaim): Promise<void> {
    return markUndoneSince(em, id, since, this.clock.now());
  }
}
