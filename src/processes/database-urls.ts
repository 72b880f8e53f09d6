import type { AppConfig } from '../../config/index.js';

/** Where each schema is: a service whose database has moved has a URL of its own. */
export function databaseUrlOf({
  url,
  notificationsUrl,
}: Pick<AppConfig['database'], 'url' | 'notificationsUrl'>): (schema: string) => string {
  return (schema) => (schema === 'notifications' ? notificationsUrl : url);
}
