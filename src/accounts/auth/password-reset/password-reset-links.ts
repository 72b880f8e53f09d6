import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { accountReclaimed, type Template } from '#libs/contracts';
import { hashToken, randomToken } from '#libs/crypto';
import type { User } from '../../users/index.js';
import { AccountMails } from '../email/account-mails.js';
import { AccountReclaim, type Reclaim, type ReclaimedPart } from '../ownership/account-reclaim.js';
import { type MailedLink, MailedLinks } from '../ownership/mailed-links.js';
import type { Device } from '../sessions/session-issuer.js';
import { deleteResets, insertReset } from './password-reset.repository.js';

const LINK_LIFETIME_MS = 30 * 60 * 1000;

interface ResetMail {
  readonly template: Template;
  /** What asked for it. */
  readonly device: Device | undefined;
  readonly lifetimeMs?: number;
}

/** Sends links with which users set a new password. */
@Injectable()
export class PasswordResetLinks implements MailedLink, ReclaimedPart {
  constructor(
    reclaims: AccountReclaim,
    mailed: MailedLinks,
    private readonly mails: AccountMails,
    private readonly clock: Clock,
  ) {
    reclaims.add(this);
    mailed.add(this);
  }

  /** Sends a link to a locked user, unless they have got one since then that still works. */
  async send(
    em: EntityManager,
    user: User,
    since: Date,
    { template, device, lifetimeMs = LINK_LIFETIME_MS }: ResetMail,
  ): Promise<void> {
    const token = randomToken();
    const createdAt = this.clock.now();
    const expiresAt = new Date(createdAt.getTime() + lifetimeMs);
    const reset = { tokenHash: hashToken(token), user: user.id, createdAt, expiresAt };
    if (await insertReset(em, reset, since)) {
      const path = `/reset-password?token=${token}`;
      await this.mails.send(em, user, { template, path, expiresAt, device });
    }
  }

  /** Earlier links may be in someone else's mailbox. The owner gets one that works. */
  async reclaim(em: EntityManager, user: User, { device }: Reclaim): Promise<void> {
    await this.voidAll(em, user.id);
    await this.send(em, user, this.clock.now(), { template: accountReclaimed, device });
  }

  async voidAll(em: EntityManager, userId: string): Promise<void> {
    await deleteResets(em, userId);
  }
}
