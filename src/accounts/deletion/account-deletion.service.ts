import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock, IdSource } from '#libs/clock';
import { deletionCanceled as canceledMail, deletionRequested as deletionMail } from '#libs/contracts';
import { Database, requireVersion, type VersionCondition } from '#libs/database';
import type { JobCaller } from '#libs/jobs';
import { Outbox } from '#libs/messaging';
import { forbidden } from '#libs/problem';
import { AppConfig } from '../../../config/index.js';
import { AuditLog } from '../audit/index.js';
import { AccountMails, exceedsYourPermissions, RoleAuthority, SessionsService } from '../auth/index.js';
import { type ChangingUser, type User, UsersService } from '../users/index.js';
import { AccountDeletion } from './account-deletion.entity.js';
import { findDeletion, findPending } from './account-deletion.repository.js';
import { AccountDeletionSaga } from './account-deletion.saga.js';
import { deletionTask } from './delete-account.job.js';
import { deletionNotFound } from './deletion.errors.js';
import { deletionCanceled, deletionRequested } from './deletion.events.js';

const DAY_MS = 86_400_000;
/** How long the outcome can be looked up. */
const KEPT_MS = 30 * DAY_MS;

/** What whoever asked for a deletion gets to know. */
export interface PlannedDeletion {
  readonly id: string;
  readonly deletesAt: Date;
}

/** Plans deletions of accounts, and cancels them. */
@Injectable()
export class AccountDeletionService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly sessions: SessionsService,
    private readonly authority: RoleAuthority,
    private readonly saga: AccountDeletionSaga,
    private readonly mails: AccountMails,
    private readonly outbox: Outbox,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
    private readonly ids: IdSource,
    private readonly config: AppConfig,
  ) {}

  /**
   * Plans the deletion of the caller's own account, and signs them out everywhere. If it's planned already, nothing changes
   * except that.
   * @throws Problem `last-admin`, `precondition-failed`, `unauthenticated`
   */
  async request(caller: ChangingUser, isExpected: VersionCondition): Promise<PlannedDeletion> {
    const { planned, sessions } = await this.database.transaction(async (em) => {
      await this.authority.lockAdmins(em);
      const user = await this.users.lockCaller(em, caller);
      requireVersion(isExpected, user.version);
      await this.authority.requireOtherAdmin(em, user);
      const pending = (await findPending(em, user.id)) ?? (await this.planOwn(em, user));
      return { planned: pending, sessions: await this.sessions.endAll(em, user.id) };
    });
    this.sessions.changed(sessions);
    return { id: planned.id, deletesAt: planned.deletesAt };
  }

  /** @throws Problem `deletion-not-found`, `unauthenticated` */
  async cancel(caller: ChangingUser): Promise<void> {
    await this.database.transaction(async (em) => {
      const user = await this.users.lockCaller(em, caller);
      const pending = await findPending(em, user.id);
      // It may be due, or an administrator's, which is due from the start.
      if (!pending || pending.deletesAt <= this.clock.now()) {
        throw deletionNotFound();
      }
      await this.saga.apply(em, pending, { type: 'canceled' });
      await this.audit.record(em, deletionCanceled, { subject: user.id });
    });
  }

  /**
   * Cancels a deletion for an administrator, as its user could, and lets the user know.
   * @returns false if it's too late for that
   * @throws Problem `forbidden` if the user may do anything that the administrator may not
   */
  withdraw(id: string, caller: JobCaller): Promise<boolean> {
    return this.database.transaction(async (em) => {
      const deletion = await findDeletion(em, id);
      const user = deletion && (await this.users.lock(em, deletion.userId));
      const pending = user && (await findPending(em, user.id));
      if (!user || pending?.id !== id || pending.deletesAt <= this.clock.now()) {
        return false;
      }
      if (caller.userId !== user.id) {
        await this.requireOver(em, caller, user);
        const expiresAt = new Date(this.clock.millis() + DAY_MS);
        await this.mails.send(em, user, { template: canceledMail, path: '/sign-in', expiresAt });
      }
      await this.saga.apply(em, pending, { type: 'canceled' });
      await this.audit.record(em, deletionCanceled, { subject: user.id });
      return true;
    });
  }

  /**
   * Deletes a locked user's account at once, so that they can't cancel, in the caller's transaction, which has checked that there's
   * another admin.
   */
  async delete(em: EntityManager, user: User, requestedBy: string): Promise<PlannedDeletion> {
    const pending = await findPending(em, user.id);
    if (pending) {
      await this.saga.apply(em, pending, { type: 'canceled' });
    }
    return this.plan(em, user, requestedBy, this.clock.now());
  }

  private async plan(
    em: EntityManager,
    user: User,
    requestedBy: string,
    deletesAt: Date,
  ): Promise<PlannedDeletion> {
    const now = this.clock.now();
    const deletion = em.create(AccountDeletion, {
      id: this.ids.next(now),
      state: 'requested',
      version: 1,
      wakeAt: deletesAt,
      userId: user.id,
      requestedBy,
      deletesAt,
      createdAt: now,
      expiresAt: new Date(deletesAt.getTime() + KEPT_MS),
    });
    await this.saga.start(em, deletion, []);
    if (deletesAt <= now) {
      await this.outbox.appendTask(em, deletionTask, deletion.id, user.id);
    }
    await this.audit.record(em, deletionRequested, { subject: user.id });
    return deletion;
  }

  private async requireOver(em: EntityManager, caller: JobCaller, { roles }: User): Promise<void> {
    try {
      await this.authority.requireOver(em, caller, roles);
    } catch (error) {
      throw exceedsYourPermissions.is(error)
        ? forbidden({ detail: 'The account has permissions that you lack.', cause: error })
        : error;
    }
  }

  /** Tells the user, unless it's too late to cancel. */
  private async planOwn(em: EntityManager, user: User): Promise<PlannedDeletion> {
    const now = this.clock.now();
    const deletesAt = new Date(now.getTime() + this.config.deletionGraceDays * DAY_MS);
    if (deletesAt > now) {
      const path = '/sign-in';
      await this.mails.send(em, user, { template: deletionMail, path, at: deletesAt, expiresAt: deletesAt });
    }
    return this.plan(em, user, user.id, deletesAt);
  }
}
