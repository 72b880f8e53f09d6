import { Declarations } from '#libs/lifecycle';
import type { MessageType } from '#libs/messaging';
import type { AuditChanges } from './audit-changes.js';

/** Something that the audit log records. */
export interface AuditEventType {
  /** In the past tense, such as `user.suspended`. */
  readonly name: string;
  readonly description: string;
  readonly publication?: Publication | undefined;
}

/** What an event for other services is made of. */
interface Recorded {
  readonly target: string | null;
  readonly changes: AuditChanges | null;
}

/** The event that other services get, and its data, apart from who did it. */
interface Publication<D extends object = object> {
  readonly event: MessageType<D>;
  readonly data: (recorded: Recorded) => object;
}

interface PublicationOf<D extends object> extends Publication<D> {
  readonly data: (recorded: Recorded) => Omit<D, 'actorId' | 'impersonatorId'>;
}

const types = new Declarations<AuditEventType>(
  'audit event',
  'Export one of the two and import it in the other place.',
);

/**
 * Declares a type of audit event. Belongs next to the code that records it.
 * @param publication what else it becomes, for other services
 */
export function defineAuditEvent<D extends object>(
  name: string,
  description: string,
  publication?: PublicationOf<D>,
): AuditEventType {
  return types.declare(name, () => ({ name, description, publication }));
}

export function isAuditEventType(name: string): boolean {
  return types.has(name);
}

/** The names of all types that this process can record. */
export function auditEventTypes(): string[] {
  return [...types.keys()].sort();
}
