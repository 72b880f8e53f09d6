import type { AppConfig } from '../../config/index.js';

/** Maps each schema to its database URL. A service with its own database has its own URL. */
export function databaseUrlOf({
  url,
  notificationsUrl,
}: Pick<AppConfig['database'], 'url' | 'notificationsUrl'>): (schema: string) => string {
  return (schema) => (schema === 'notifications' ? notificationsUrl : url);
}

const OPTIONAL: Readonly<Partial<Record<AppConfig['role'], readonly string[]>>> = {
  // It serves accounts even if the notifications service has a database of its own that is down.
  api: ['notifications'],
  // It asks accounts about recipients, but only of what was scheduled or collected.
  notifications: ['accounts'],
};

/** The schemas without whose database a process is ready anyway. */
export function optionalSchemasOf(role: AppConfig['role']): readonly string[] {
  return OPTIONAL[role] ?? [];
}
