import type { ActorType } from './audit-event.entity.js';
import type { AuditEntry } from './audit-log.js';

/** An event as the user sees it whom it is about. */
export type OwnEntry = Omit<AuditEntry, 'actorType'> & { readonly actorType: ActorType | 'administrator' };

/** Who and where an administrator is isn't for the user to know. */
export function asSeenBySubject(entry: AuditEntry): OwnEntry {
  const isOwn = entry.actorId === entry.subjectId && entry.impersonatorId === null;
  return entry.actorId === null || isOwn
    ? entry
    : {
        ...entry,
        actorType: 'administrator',
        actorId: null,
        apiKeyId: null,
        impersonatorId: null,
        requestId: null,
        ipAddress: null,
        userAgent: null,
      };
}
