import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { eraseUser } from '#libs/contracts';
import { Database } from '#libs/database';
import { Outbox } from '#libs/messaging';
import { type AfterCommit, Saga, type Step } from '#libs/saga';
import { LiveSessions, UsersService } from '../users/index.js';
import { AccountDeletion } from './account-deletion.entity.js';
import { forgetNotifications, lockAdmins } from './account-deletion.repository.js';
import {
  ACCOUNT_DELETION_STATES,
  type AccountDeletionCommand,
  type AccountDeletionEvent,
  type AccountDeletionState,
  nextStep,
} from './account-deletion.states.js';

/** Deletes accounts whose time has come, and has other services remove what they have of them. */
@Injectable()
export class AccountDeletionSaga extends Saga<
  AccountDeletion,
  AccountDeletionState,
  AccountDeletionEvent,
  AccountDeletionCommand
> {
  override readonly name = 'account-deletions';
  override readonly entity = AccountDeletion;
  override readonly states = ACCOUNT_DELETION_STATES;

  constructor(
    database: Database,
    private readonly users: UsersService,
    private readonly sessions: LiveSessions,
    private readonly outbox: Outbox,
  ) {
    super(database);
  }

  /** Others may have stopped being admins since the request. Then, the account stays. */
  override async apply(
    em: EntityManager,
    deletion: AccountDeletion,
    event: AccountDeletionEvent,
  ): Promise<AfterCommit | undefined> {
    const mustStay = event.type === 'due' && (await this.isLastAdmin(em, deletion.userId));
    return super.apply(em, deletion, mustStay ? { type: 'refused' } : event);
  }

  protected override next(
    deletion: AccountDeletion,
    event: AccountDeletionEvent,
  ): Step<AccountDeletionState, AccountDeletionCommand> | undefined {
    return nextStep(deletion, event);
  }

  protected override due(now: Date): AccountDeletionEvent {
    return { type: 'due', at: now };
  }

  /** Admins before users, as everywhere. */
  protected override async lock(em: EntityManager, { userId }: AccountDeletion): Promise<void> {
    await lockAdmins(em);
    await this.users.lock(em, userId);
  }

  protected override async execute(
    em: EntityManager,
    { id: deletionId, userId }: AccountDeletion,
    command: AccountDeletionCommand,
  ): Promise<AfterCommit | undefined> {
    switch (command) {
      case 'remove-account':
        return this.remove(em, userId);
      case 'erase-elsewhere':
        await this.outbox.append(em, eraseUser, userId, { deletionId });
        return undefined;
    }
  }

  /** After `lock`. */
  private async isLastAdmin(em: EntityManager, userId: string): Promise<boolean> {
    const user = await this.users.find(em, userId);
    return user?.roles.includes('admin') === true && !(await this.users.hasOther(em, userId, 'admin'));
  }

  private async remove(em: EntityManager, userId: string): Promise<AfterCommit | undefined> {
    const user = await this.users.find(em, userId);
    // It may have been removed otherwise, as by the owner of an address that was never verified.
    if (!user) {
      return undefined;
    }
    const afterEnd = await this.sessions.endAll(em, userId);
    await forgetNotifications(em, userId);
    await this.users.remove(em, user);
    return () => {
      afterEnd();
      this.users.invalidate(userId);
    };
  }
}
