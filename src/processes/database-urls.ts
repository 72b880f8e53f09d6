import type { AppConfig } from '../../config/index.js';

/** Maps each schema to its database URL. A service with its own database has its own URL. */
export function databaseUrlOf({
  url,
  notificationsUrl,
}: Pick<AppConfig['database'], 'url' | 'notificationsUrl'>): (schema: string) => string {
  return (schema) => (schema === 'notifications' ? notificationsUrl : url);
}
