import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Database } from '#libs/database';
import { IdempotencyStore } from '#libs/idempotency';
import { AuditLog } from '../../audit/index.js';
import { type ChangingUser, UsersService } from '../../users/index.js';
import { deleteFilesOf, findPendingOf } from '../transfer.repository.js';
import { TransfersService } from '../transfers.service.js';
import { accountExportStarted } from './account-exports.events.js';
import { exportAccount } from './export-account.job.js';

/** Starts exports of everything that is held about a user. */
@Injectable()
export class AccountExports {
  constructor(
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly transfers: TransfersService,
    private readonly audit: AuditLog,
    private readonly idempotency: IdempotencyStore,
  ) {}

  /**
   * Replaces an earlier export of the user. If one is pending, there's no other.
   * @returns the ID of the job
   * @throws Problem `unauthenticated`
   */
  start(caller: ChangingUser): Promise<string> {
    return this.database.transaction(async (em) => {
      const { id: user } = await this.users.lockCaller(em, caller);
      const id = (await findPendingOf(em, user))?.id ?? (await this.startFor(em, user));
      await this.idempotency.keep(em, id);
      return id;
    });
  }

  private async startFor(em: EntityManager, user: string): Promise<string> {
    await deleteFilesOf(em, user);
    const id = await this.transfers.start(em, {
      type: exportAccount.name,
      requestedBy: user,
      user,
      options: {},
    });
    await this.audit.record(em, accountExportStarted, { subject: user, target: id });
    return id;
  }
}
