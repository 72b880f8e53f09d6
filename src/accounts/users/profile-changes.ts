import { type AuditChanges, auditChanges } from '#libs/audit';
import type { Profile } from './profile.js';

/** What changed, for the audit log. @returns undefined if nothing has */
export function changesBetween(before: Profile, after: Profile): AuditChanges | undefined {
  return auditChanges(before, after, ['version', 'updatedAt']);
}
