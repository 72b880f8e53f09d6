import type { EntityManager } from '@mikro-orm/postgresql';

/** A user's key, or null if they have none yet. Plain SQL, because every sign-in runs this, and the entity is above us. */
export async function findKey(
  em: EntityManager,
  userId: string,
): Promise<{ readonly keySealed: string | null } | undefined> {
  const [row] = await em.execute<{ keySealed: string | null }[]>(
    'select audit_key_sealed as "keySealed" from accounts.users where id = ?',
    [userId],
  );
  return row;
}

/** @returns the key of the user, which is another one if someone was faster, or undefined if the user is gone */
export async function addKey(
  em: EntityManager,
  userId: string,
  keySealed: string,
): Promise<string | undefined> {
  const [row] = await em.execute<{ keySealed: string }[]>(
    `update accounts.users set audit_key_sealed = coalesce(audit_key_sealed, ?) where id = ?
     returning audit_key_sealed as "keySealed"`,
    [keySealed, userId],
  );
  return row?.keySealed;
}

/** Only of those who have one. */
export function findKeys(
  em: EntityManager,
  userIds: readonly string[],
): Promise<{ readonly id: string; readonly keySealed: string }[]> {
  return em.execute(
    `select id, audit_key_sealed as "keySealed" from accounts.users
      where id in (${userIds.map(() => '?').join(', ')}) and audit_key_sealed is not null`,
    [...userIds],
  );
}
