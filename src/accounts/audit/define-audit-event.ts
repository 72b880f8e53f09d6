import { Declarations } from '#libs/lifecycle';

/** Something that the audit log records. */
export interface AuditEventType {
  /** In the past tense, such as `user.suspended`. */
  readonly name: string;
  readonly description: string;
}

const types = new Declarations<AuditEventType>(
  'audit event',
  'Export one of the two and import it in the other place.',
);

/** Declares a type of audit event. Belongs next to the code that records it. */
export function defineAuditEvent(name: string, description: string): AuditEventType {
  return types.declare(name, () => ({ name, description }));
}

export function isAuditEventType(name: string): boolean {
  return types.has(name);
}

/** The names of all types that this process can record. */
export function auditEventTypes(): string[] {
  return [...types.keys()].sort();
}
