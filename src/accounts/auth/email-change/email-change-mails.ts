import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import {
  addressWanted,
  confirmEmailChange,
  emailChanged,
  emailChangeRequested,
  emailChangeUndone,
} from '#libs/contracts';
import { hashToken, randomToken } from '#libs/crypto';
import { EmailCipher, type User, UsersService } from '../../users/index.js';
import { AccountMails } from '../email/account-mails.js';
import { UNDO_MS } from '../ownership/undo-period.js';
import type { Device } from '../sessions/session-issuer.js';
import type { EmailChange } from './email-change.entity.js';
import { insertLink, isAskedAgain } from './email-change.repository.js';
import { CONFIRM_MS, PAUSE_MS } from './email-change.states.js';
import type { LinkPurpose } from './email-change-link.entity.js';

/** Tells everyone concerned about a change, through the outbox, in the transaction of the step. */
@Injectable()
export class EmailChangeMails {
  constructor(
    private readonly users: UsersService,
    private readonly emails: EmailCipher,
    private readonly mails: AccountMails,
    private readonly clock: Clock,
  ) {}

  /** One mail a minute at most from each account, also if it enters addresses in turn. */
  async askNewAddress(em: EntityManager, user: User, change: EmailChange, device: Device): Promise<void> {
    const to = this.newAddressOf(change);
    const since = new Date(this.clock.millis() - PAUSE_MS);
    if (!(await isAskedAgain(em, change, since))) {
      const link = await this.link(em, change, 'confirm', CONFIRM_MS);
      await this.mails.send(em, user, { template: confirmEmailChange, to, ...link, device });
    }
  }

  /**
   * The account that has the address already. At most once a minute, unless it was never verified: what asks it for that
   * must not have to wait.
   */
  async tellOwnerOfNewAddress(em: EntityManager, change: EmailChange, device: Device): Promise<void> {
    const owner = await this.users.lockFreeByEmail(em, this.newAddressOf(change));
    if (owner && (!owner.emailVerified || (await this.users.reserveMailSlot(em, owner)))) {
      const expiresAt = new Date(this.clock.millis() + UNDO_MS);
      await this.mails.send(em, owner, { template: addressWanted, path: '', expiresAt, device });
    }
  }

  async warnOldAddress(em: EntityManager, user: User, change: EmailChange, device: Device): Promise<void> {
    const link = await this.link(em, change, 'undo', UNDO_MS);
    const to = this.oldAddressOf(change);
    await this.mails.send(em, user, { template: emailChangeRequested, to, ...link, device });
  }

  async tellOldAddress(em: EntityManager, user: User, change: EmailChange, device: Device): Promise<void> {
    const link = await this.link(em, change, 'undo', UNDO_MS);
    const to = this.oldAddressOf(change);
    await this.mails.send(em, user, { template: emailChanged, to, ...link, device });
  }

  /** @param address the one that the account has lost again */
  async tellLostAddress(em: EntityManager, user: User, address: string): Promise<void> {
    const expiresAt = new Date(this.clock.millis() + UNDO_MS);
    await this.mails.send(em, user, { template: emailChangeUndone, to: address, path: '', expiresAt });
  }

  newAddressOf({ user: id, toSealed: emailSealed }: EmailChange): string {
    return this.emails.addressOf({ id, emailSealed });
  }

  oldAddressOf({ user: id, fromSealed: emailSealed }: EmailChange): string {
    return this.emails.addressOf({ id, emailSealed });
  }

  private async link(
    em: EntityManager,
    { id: change }: EmailChange,
    purpose: LinkPurpose,
    lifetimeMs: number,
  ): Promise<{ readonly path: string; readonly expiresAt: Date }> {
    const token = randomToken();
    const expiresAt = new Date(this.clock.millis() + lifetimeMs);
    await insertLink(em, { tokenHash: hashToken(token), change, purpose, expiresAt });
    return { path: `/${purpose}-email-change?token=${token}`, expiresAt };
  }
}
