import { Injectable } from '@nestjs/common';
import { IdSource } from '#libs/clock';
import { apiKeyAdded } from '#libs/contracts';
import { hashToken } from '#libs/crypto';
import { Database, type PageRequest, type Slice, sliceOf } from '#libs/database';
import { preconditionFailed } from '#libs/problem';
import { AppConfig } from '../../../../config/index.js';
import { AuditLog } from '../../audit/index.js';
import { type ChangingUser, UsersService } from '../../users/index.js';
import { AccountChanges } from '../account-changes/account-changes.js';
import type { Device } from '../sessions/session-issuer.js';
import { newApiKey } from './api-key.js';
import { ApiKey } from './api-key.entity.js';
import { countApiKeys, deleteApiKey, findApiKeys } from './api-key.repository.js';
import { apiKeyNotFound, tooManyApiKeys } from './api-keys.errors.js';
import { apiKeyCreated, apiKeyRevoked } from './api-keys.events.js';

const MAX_KEYS = 50;

interface NewKey {
  readonly name: string;
  readonly permissions: readonly string[];
  /** As `requests/seconds`. */
  readonly rateLimit: string | null;
  readonly expiresAt: Date | null;
}

export interface CreatedKey {
  readonly apiKey: ApiKey;
  /** The key itself, which can't be read again. */
  readonly key: string;
}

/** The API keys of a user. */
@Injectable()
export class ApiKeysService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly audit: AuditLog,
    private readonly changes: AccountChanges,
    private readonly ids: IdSource,
    private readonly config: AppConfig,
  ) {}

  /** Newest first. */
  list(userId: string, page: PageRequest, withTotal: boolean): Promise<Slice<ApiKey>> {
    return this.database.run(async (em) => ({
      ...sliceOf(await findApiKeys(em, userId, page), page),
      ...(withTotal ? { total: await countApiKeys(em, userId) } : {}),
    }));
  }

  /** Lets the owner know. @throws Problem `too-many-api-keys`, `unauthenticated` */
  create(
    caller: ChangingUser,
    { name, permissions, rateLimit, expiresAt }: NewKey,
    device: Device,
  ): Promise<CreatedKey> {
    const key = newApiKey(this.config.production ? 'live' : 'test');
    return this.database.transaction(async (em) => {
      const user = await this.users.lockCaller(em, caller);
      if ((await countApiKeys(em, caller.userId)) >= MAX_KEYS) {
        throw tooManyApiKeys();
      }
      const createdAt = await this.changes.momentFor(em, caller.userId);
      const id = this.ids.next(createdAt);
      const apiKey = em.create(ApiKey, {
        id,
        user: caller.userId,
        keyHash: hashToken(key),
        name,
        permissions: [...permissions].sort(),
        rateLimit,
        createdAt,
        expiresAt,
        lastUsedAt: null,
      });
      await em.persist(apiKey).flush();
      await this.audit.record(em, apiKeyCreated, { subject: caller.userId, target: id });
      await this.changes.tellOwner(em, user, { template: apiKeyAdded, madeAt: createdAt, device });
      return { apiKey, key };
    });
  }

  /**
   * @param isExpected whether the caller's conditions hold for a key that exists
   * @throws Problem `api-key-not-found`, including for keys of others; `precondition-failed`; `unauthenticated`
   */
  async revoke(caller: ChangingUser, id: string, isExpected: () => boolean): Promise<void> {
    await this.database.transaction(async (em) => {
      await this.users.lockCaller(em, caller);
      if ((await deleteApiKey(em, caller.userId, id)) === 0) {
        throw apiKeyNotFound();
      }
      if (!isExpected()) {
        throw preconditionFailed();
      }
      await this.audit.record(em, apiKeyRevoked, { subject: caller.userId, target: id });
    });
    this.users.invalidate(caller.userId);
  }
}
