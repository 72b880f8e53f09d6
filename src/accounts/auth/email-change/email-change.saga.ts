import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Database } from '#libs/database';
import { type AfterCommit, allOf } from '#libs/saga';
import { ReservedAddresses, type User, UsersService } from '../../users/index.js';
import { AccountReclaim, type Reclaim, type ReclaimedPart } from '../ownership/account-reclaim.js';
import { MailedLinks } from '../ownership/mailed-links.js';
import { SignInMethods } from '../ownership/sign-in-methods.js';
import { SessionCache } from '../sessions/session-cache.js';
import type { EmailChange } from './email-change.entity.js';
import { findChange, findChangesAfter, findFirstUndoable } from './email-change.repository.js';
import { CONFIRM_MS, type EmailChangeCommand } from './email-change.states.js';
import { EmailChangeTimers } from './email-change.timers.js';
import { EmailChangeMails } from './email-change-mails.js';

/** A change of an email address, with everything that happens in requests. */
@Injectable()
export class EmailChangeSaga extends EmailChangeTimers implements ReclaimedPart {
  constructor(
    database: Database,
    users: UsersService,
    reserved: ReservedAddresses,
    private readonly mails: EmailChangeMails,
    private readonly methods: SignInMethods,
    private readonly mailed: MailedLinks,
    private readonly reclaims: AccountReclaim,
    private readonly sessions: SessionCache,
  ) {
    super(database, users, reserved);
    reclaims.addFirst(this);
  }

  /** A thief may have changed the address after the change that the owner knows of. */
  async reclaim(em: EntityManager, user: User, { since }: Reclaim): Promise<void> {
    const change = await findFirstUndoable(em, user.id, since);
    if (change) {
      await this.apply(em, change, { type: 'reverted' });
    }
  }

  protected override async execute(
    em: EntityManager,
    change: EmailChange,
    command: EmailChangeCommand,
  ): Promise<AfterCommit | undefined> {
    const user = await this.users.findExisting(em, change.user);
    switch (command.type) {
      case 'ask-new-address':
        return nothing(await this.mails.askNewAddress(em, user, change, command.device));
      case 'tell-owner-of-new-address':
        return nothing(await this.mails.tellOwnerOfNewAddress(em, change, command.device));
      case 'warn-old-address':
        return nothing(await this.mails.warnOldAddress(em, user, change, command.device));
      case 'tell-old-address':
        return nothing(await this.mails.tellOldAddress(em, user, change, command.device));
      case 'tell-lost-address':
        return nothing(await this.mails.tellLostAddress(em, user, this.mails.oldAddressOf(change)));
      case 'reserve-new-address':
        return nothing(await this.reserveNew(em, change));
      case 'keep-old-address':
        return nothing(await this.keepOld(em, change, command.until));
      case 'release-addresses':
        return super.execute(em, change, command);
      case 'void-earlier-mails':
        return nothing(await this.voidEarlierMails(em, user));
      case 'switch-address':
        return this.changeEmail(em, user, this.mails.newAddressOf(change));
      case 'overrule-later-changes':
        return this.overrule(em, await findChangesAfter(em, change));
      case 'overrule-changes-between':
        return this.overruleBetween(em, change);
      case 'restore-address':
        return this.restore(em, user, this.mails.oldAddressOf(change));
      case 'take-account-back':
        return this.takeBack(em, user, { since: change.createdAt, device: command.device });
    }
  }

  private async reserveNew(em: EntityManager, change: EmailChange): Promise<void> {
    const { id: holder, user, createdAt } = change;
    const expiresAt = new Date(createdAt.getTime() + CONFIRM_MS);
    await this.reserved.add(em, this.mails.newAddressOf(change), { holder, user, firm: false, expiresAt });
  }

  private async keepOld(em: EntityManager, change: EmailChange, expiresAt: Date): Promise<void> {
    const { id: holder, user } = change;
    await this.reserved.add(em, this.mails.oldAddressOf(change), { holder, user, firm: true, expiresAt });
  }

  private async voidEarlierMails(em: EntityManager, { id }: User): Promise<void> {
    await this.methods.voidPending(em, id);
    await this.mailed.voidAll(em, id);
  }

  /** Those since the one that the user goes back from. */
  private async overruleBetween(em: EntityManager, change: EmailChange): Promise<AfterCommit> {
    const holder = await this.reserved.holderOf(em, change.user, this.mails.newAddressOf(change));
    const left = holder === undefined ? null : await findChange(em, holder);
    const later = left ? await findChangesAfter(em, left) : [];
    return this.overrule(
      em,
      later.filter(({ id }) => id !== change.id),
    );
  }

  private async overrule(em: EntityManager, changes: readonly EmailChange[]): Promise<AfterCommit> {
    const callbacks = [];
    for (const change of changes) {
      callbacks.push(await this.apply(em, change, { type: 'overruled' }));
    }
    return allOf(callbacks);
  }

  private async restore(em: EntityManager, user: User, old: string): Promise<AfterCommit | undefined> {
    const { email: present } = this.users.profileOf(user);
    if (present === old) {
      return undefined;
    }
    await this.mails.tellLostAddress(em, user, present);
    return this.changeEmail(em, user, old);
  }

  private async changeEmail(em: EntityManager, user: User, email: string): Promise<AfterCommit> {
    await this.users.changeEmail(em, user, email);
    return () => {
      this.users.invalidate(user.id);
    };
  }

  private async takeBack(em: EntityManager, user: User, reclaim: Reclaim): Promise<AfterCommit> {
    const ended = await this.reclaims.take(em, user, reclaim);
    return () => {
      this.sessions.ended(ended);
      this.users.invalidate(user.id);
    };
  }
}

/** Most commands leave nothing to do after the commit. */
function nothing(_done: void): undefined {
  return undefined;
}
