import { Injectable } from '@nestjs/common';
import { Database } from '#libs/database';
import { IdempotencyStore } from '#libs/idempotency';
import { AuditLog } from '../../audit/index.js';
import { type Administrator, RoleAuthority } from '../../auth/index.js';
import { toStoredCaller } from '../requesters.js';
import { TransfersService } from '../transfers.service.js';
import { exportUsers } from './export-users.job.js';
import { exportStarted } from './exports.events.js';
import { exportAllUsers } from './exports.permissions.js';

/** Starts exports of all users. */
@Injectable()
export class ExportsService {
  constructor(
    private readonly database: Database,
    private readonly transfers: TransfersService,
    private readonly authority: RoleAuthority,
    private readonly audit: AuditLog,
    private readonly idempotency: IdempotencyStore,
  ) {}

  /** @returns the ID of the job. @throws Problem `unauthenticated`, `exceeds-your-permissions` */
  start(caller: Administrator): Promise<string> {
    return this.database.transaction(async (em) => {
      await this.authority.admit(em, caller, exportAllUsers);
      const id = await this.transfers.start(em, {
        type: exportUsers.name,
        requestedBy: caller.userId,
        options: toStoredCaller(caller),
      });
      await this.audit.record(em, exportStarted, { target: id });
      await this.idempotency.keep(em, id);
      return id;
    });
  }
}
