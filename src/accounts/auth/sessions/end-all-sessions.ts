import type { EntityManager } from '@mikro-orm/postgresql';
import type { AuditLog } from '../../audit/index.js';
import { endSessions } from './session.repository.js';
import { sessionEnded } from './sessions.events.js';

/** Ends all sessions of a locked user in the caller's transaction, and records it. @returns their IDs */
export async function endAllSessions(
  em: EntityManager,
  audit: AuditLog,
  userId: string,
  now: Date,
): Promise<string[]> {
  const ids = await endSessions(em, userId, now, 'all');
  await audit.record(em, sessionEnded, { subject: userId, target: 'all', isPublished: ids.length > 0 });
  return ids;
}
