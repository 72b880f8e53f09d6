import type { EntityManager } from '@mikro-orm/postgresql';
import { keyset, type PageRequest } from '#libs/database';
import { ApiKey } from './api-key.entity.js';

/** Returns one row more than the limit, newest first. */
export function findApiKeys(em: EntityManager, user: string, page: PageRequest): Promise<ApiKey[]> {
  const { where, options } = keyset(page);
  return em.find(ApiKey, { user, ...where }, options);
}

export function countApiKeys(em: EntityManager, user: string): Promise<number> {
  return em.count(ApiKey, { user });
}

export function findByHash(em: EntityManager, keyHash: string): Promise<ApiKey | null> {
  return em.findOne(ApiKey, { keyHash });
}

/** Keeps the key from being deleted until the transaction ends. @returns whether it's there and hasn't expired */
export async function keepLiveKey(em: EntityManager, id: string, now: Date): Promise<boolean> {
  const rows = await em.execute<unknown[]>(
    'select from accounts.api_keys where id = ? and (expires_at is null or expires_at > ?) for key share',
    [id, now],
  );
  return rows.length > 0;
}

/** @returns how many were deleted: none if there's no such key, or it's someone else's */
export function deleteApiKey(em: EntityManager, user: string, id: string): Promise<number> {
  return em.nativeDelete(ApiKey, { id, user });
}

export async function deleteKeysSince(em: EntityManager, user: string, since: Date): Promise<void> {
  await em.nativeDelete(ApiKey, { user, createdAt: { $gte: since } });
}

/** A single statement, so that of several replicas, one writes. */
export async function recordUse(em: EntityManager, id: string, now: Date, unlessSince: Date): Promise<void> {
  await em.execute(
    'update accounts.api_keys set last_used_at = ? where id = ? and (last_used_at is null or last_used_at <= ?)',
    [now, id, unlessSince],
    'run',
  );
}
