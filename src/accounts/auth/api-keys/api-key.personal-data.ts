import type { EntityManager } from '@mikro-orm/postgresql';
import { accounts } from '#libs/contracts';
import { everyRow } from '#libs/database';
import { HoldsPersonalData, type PersonalData } from '#libs/personal-data';
import { findApiKeys } from './api-key.repository.js';

@HoldsPersonalData(accounts, 'apiKeys')
export class ApiKeyData implements PersonalData {
  async *collect(em: EntityManager, userId: string): AsyncGenerator<object> {
    const keys = everyRow((page) => findApiKeys(em, userId, page));
    for await (const { id, name, permissions, rateLimit, createdAt, expiresAt, lastUsedAt } of keys) {
      yield { id, name, permissions, rateLimit, createdAt, expiresAt, lastUsedAt };
    }
  }
}
