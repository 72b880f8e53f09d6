import type { StartLink } from '#libs/api';
import type { AppConfig } from '../../config/index.js';

/** What else runs on a developer's machine, for the start page. In production, no one outside may learn of it. */
export function developmentLinks({ production, host, management, mailboxUrl }: AppConfig): StartLink[] {
  if (production) {
    return [];
  }
  const managementUrl = `http://${isAnyAddress(host) ? 'localhost' : host}:${management.port}`;
  return [
    ...(mailboxUrl ? [{ name: 'Mailbox', url: mailboxUrl, about: 'receives every email' }] : []),
    ...(management.token
      ? [
          {
            name: 'Job console',
            url: `${managementUrl}/jobs`,
            about: 'asks for a password; npm start prints where to find it',
          },
        ]
      : []),
    { name: 'Metrics', url: `${managementUrl}/metrics`, about: 'for Prometheus' },
  ];
}

function isAnyAddress(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}
