import type { AppConfig } from '../../config/index.js';

/** Maps each schema to its database URL. A service with its own database has its own URL. */
export function databaseUrlOf({
  url,
  notificationsUrl,
}: Pick<AppConfig['database'], 'url' | 'notificationsUrl'>): (schema: string) => string {
  return (schema) => (schema === 'notifications' ? notificationsUrl : url);
}

/** The API serves accounts even if the notifications service has a database of its own that is down. */
export function optionalSchemasOf(role: AppConfig['role']): string[] {
  return role === 'api' ? ['notifications'] : [];
}
