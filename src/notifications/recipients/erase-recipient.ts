import type { EntityManager } from '@mikro-orm/postgresql';
import { insertErasedUser, lockRecipient } from './erased-user.repository.js';
import { deleteCopies } from './recipient.repository.js';

/** Longer than any message or job is kept. */
const REMEMBERED_MS = 90 * 24 * 60 * 60 * 1000;

/** Remembers that a user was deleted, and deletes their copy, so that nobody notifies them or copies them again. */
export async function eraseRecipient(em: EntityManager, userId: string, now: Date): Promise<void> {
  await lockRecipient(em, userId);
  await insertErasedUser(em, userId, new Date(now.getTime() + REMEMBERED_MS));
  await deleteCopies(em, [userId]);
}
