import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock, IdSource, timeOfId } from '#libs/clock';
import { writeUsers } from '../../administration/index.js';
import { AuditLog } from '../../audit/index.js';
import {
  type Authority,
  Invitations,
  PasswordBatches,
  PasswordPolicy,
  RoleAuthority,
  TokenClaims,
  USER_ROLE,
} from '../../auth/index.js';
import { emailTaken, type Taken, UserBatches, userCreated, UsersService } from '../../users/index.js';
import { Requesters } from '../requesters.js';
import type { Transfer } from '../transfer.entity.js';
import { insertErrors, type RowError } from '../transfer.repository.js';
import { TransfersService } from '../transfers.service.js';
import { DryRuns } from './dry-runs.js';
import { type FilePosition, rowErrorsOf } from './file-rows.js';
import type { StoredImport } from './import-options.js';
import type { ImportedUser } from './imported-user.js';
import { imported } from './imports.events.js';

/** Rows of a file, from `start` to `end`. */
export interface ImportedBatch {
  readonly start: FilePosition;
  readonly end: FilePosition;
  readonly users: readonly ImportedUser[];
  readonly errors: readonly RowError[];
  /** How many rows the errors are of. */
  readonly failed: number;
  readonly isLast: boolean;
}

/** The errors of more rows are counted, but not kept. */
const MAX_ERRORS = 10_000;
/**
 * After how many users PostgreSQL counts them again. It keeps plans for foreign keys that it has made for the few users of
 * a young product: reading all of them for each new row, which takes a hundred times as long.
 */
const COUNTED_AFTER = [1, 4_000, 16_000, 64_000];
/** How many passwords are hashed at once, so that sign-ins in the same process don't wait. */
const HASHED_AT_ONCE = 2;

/** Creates the users of a batch. */
@Injectable()
export class ImportBatches {
  constructor(
    private readonly transfers: TransfersService,
    private readonly users: UsersService,
    private readonly batches: UserBatches,
    private readonly policy: PasswordPolicy,
    private readonly passwords: PasswordBatches,
    private readonly invitations: Invitations,
    private readonly authority: RoleAuthority,
    private readonly requesters: Requesters,
    private readonly dryRuns: DryRuns,
    private readonly claims: TokenClaims,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
    private readonly ids: IdSource,
  ) {}

  /**
   * Imports a batch, in one transaction with the position after it.
   * @returns false if the import was canceled, or someone else has imported the batch
   * @throws Problem `exceeds-your-permissions` if the administrator may no longer do this
   */
  async import(id: string, batch: ImportedBatch, options: StoredImport): Promise<boolean> {
    const failures: RowError[] = [];
    const users = await this.withHashes(batch.users, failures, options.dryRun);
    const isNext = ({ bytesDone }: Transfer): boolean => bytesDone === batch.start.bytes;
    return this.transfers.advance(id, isNext, async (em, transfer) => {
      const errors = [...batch.errors, ...failures];
      const permitted = await this.permitted(
        em,
        users,
        await this.requesters.require(em, transfer, options, writeUsers),
        errors,
      );
      const outcomes = await this.create(em, transfer, permitted, options.dryRun);
      const skipped = permitted.filter((_, index) => outcomes[index] === 'email');
      const refused = permitted.filter((_, index) => outcomes[index] === 'id');
      const left = permitted.length - refused.length;
      const succeeded = transfer.succeeded + left - skipped.length;
      if (!options.dryRun && COUNTED_AFTER.some((step) => transfer.succeeded < step && step <= succeeded)) {
        await this.batches.updateStatistics(em);
      }
      em.assign(transfer, {
        bytesDone: batch.end.bytes,
        linesDone: batch.end.lines,
        succeeded,
        skipped: transfer.skipped + skipped.length,
        failed: transfer.failed + batch.failed + batch.users.length - left,
      });
      await this.keepErrors(em, transfer, [
        ...errors,
        ...skipped.map(emailTakenError),
        ...refused.map(idTakenError),
      ]);
      if (batch.isLast) {
        em.assign(transfer, { bytesDone: transfer.bytesTotal });
        await this.dryRuns.forget(em, id);
        await this.transfers.end(em, transfer, 'completed');
        if (!options.dryRun) {
          const changes = { imported: { from: 0, to: succeeded } };
          await this.audit.record(em, imported, { target: id, actor: transfer.requestedBy, changes });
        }
      }
    });
  }

  async keepErrors(em: EntityManager, transfer: Transfer, errors: readonly RowError[]): Promise<void> {
    const kept = transfer.failed + transfer.skipped > MAX_ERRORS ? [] : errors;
    if (kept.length > 0) {
      const sorted = kept.toSorted((one, other) => one.line - other.line);
      await insertErrors(
        em,
        transfer.id,
        sorted.map((error) => ({ ...error, id: this.ids.next() })),
      );
    }
  }

  /** Adds the hashes of passwords. Users with weak ones become failures. */
  private async withHashes(
    users: readonly ImportedUser[],
    failures: RowError[],
    dryRun: boolean,
  ): Promise<ImportedUser[]> {
    const hashed: ImportedUser[] = [];
    for (let from = 0; from < users.length; from += HASHED_AT_ONCE) {
      const some = users.slice(from, from + HASHED_AT_ONCE);
      hashed.push(...(await Promise.all(some.map((user) => this.withHash(user, failures, dryRun)))).flat());
    }
    return hashed;
  }

  private async withHash(user: ImportedUser, failures: RowError[], dryRun: boolean): Promise<ImportedUser[]> {
    const { password, email, appMetadata, line } = user;
    try {
      this.claims.requireFitting(appMetadata ?? {});
      if (password === undefined) {
        return [user];
      }
      await this.policy.check(password, email);
      return [{ ...user, passwordHash: dryRun ? '' : await this.passwords.hash(password) }];
    } catch (error) {
      failures.push(...rowErrorsOf(error, line));
      return [];
    }
  }

  /** Leaves out users with roles that the administrator may not give. */
  private async permitted(
    em: EntityManager,
    users: readonly ImportedUser[],
    authority: Authority,
    errors: RowError[],
  ): Promise<ImportedUser[]> {
    const asked = new Set(users.flatMap((user) => user.roles ?? []));
    const refused = new Map<string, unknown>();
    for (const role of asked) {
      await this.authority
        .requireMayGive(em, authority, [role])
        .catch((error: unknown) => refused.set(role, error));
    }
    return users.filter((user) => {
      const role = user.roles?.find((each) => refused.has(each));
      if (role !== undefined) {
        const reasons = rowErrorsOf(refused.get(role), user.line);
        errors.push(...reasons.map((error) => ({ ...error, pointer: '/roles' })));
      }
      return role === undefined;
    });
  }

  /** @returns in order, what kept each user from being created, or would have in a dry run. Null if nothing did */
  private async create(
    em: EntityManager,
    { id, requestedBy: actor }: Transfer,
    users: readonly ImportedUser[],
    dryRun: boolean,
  ): Promise<(Taken | null)[]> {
    const now = this.clock.now();
    const gone = await this.idsOfDeleted(em, users);
    const rows = users
      .filter((user) => !gone.has(user.id ?? ''))
      .map((user) => ({
        ...user,
        roles: user.roles ?? [USER_ROLE],
        createdAt: user.createdAt ?? (user.id === undefined ? now : timeOfId(user.id)),
      }));
    const outcomes = dryRun
      ? await this.dryRuns.create(em, id, await this.batches.identify(em, rows))
      : await this.insert(em, rows, actor);
    return users.map((user) => (gone.has(user.id ?? '') ? 'id' : (outcomes.shift() ?? null)));
  }

  private async insert(
    em: EntityManager,
    rows: readonly ReadyUser[],
    actor: string,
  ): Promise<(Taken | null)[]> {
    const outcomes = await this.batches.insert(em, rows);
    const created = rows.flatMap((row, index) => {
      const outcome = outcomes[index];
      return outcome && 'id' in outcome ? [{ ...row, userId: outcome.id }] : [];
    });
    const hashes = created.flatMap(({ userId, passwordHash: hash }) =>
      hash === undefined ? [] : [{ userId, hash }],
    );
    if (hashes.length > 0) {
      await this.passwords.insert(em, hashes);
    }
    for (const { userId } of created.filter(({ invite }) => invite)) {
      const user = await this.users.find(em, userId);
      if (user) {
        await this.users.reserveMailSlot(em, user);
        await this.invitations.send(em, user);
      }
    }
    // Of all others, the event of the import is enough.
    for (const { userId } of created.filter(({ roles }) => roles.some((role) => role !== USER_ROLE))) {
      await this.audit.record(em, userCreated, { actor, subject: userId, isPublished: false });
    }
    return outcomes.map((outcome) => ('taken' in outcome ? outcome.taken : null));
  }

  /** The log still tells what they did, and must not tell it of someone else. */
  private async idsOfDeleted(
    em: EntityManager,
    users: readonly ImportedUser[],
  ): Promise<ReadonlySet<string>> {
    const given = users.flatMap(({ id }) => id ?? []);
    const known = given.length > 0 ? await this.audit.subjectsAmong(em, given) : [];
    const existing = await this.batches.existing(em, known);
    return new Set(known.filter((id) => !existing.has(id)));
  }
}

/** With everything that a row may leave out. */
type ReadyUser = Omit<ImportedUser, 'roles' | 'createdAt'> & {
  readonly roles: readonly string[];
  readonly createdAt: Date;
};

function emailTakenError({ line }: ImportedUser): RowError {
  return { line, pointer: '/email', code: emailTaken.code, message: 'already has an account' };
}

function idTakenError({ line }: ImportedUser): RowError {
  return {
    line,
    pointer: '/id',
    code: 'id-taken',
    message: 'is the ID of another user, or of one who was deleted',
  };
}
