import { type Plan, reachable } from './environment.js';
import type { AdminCredentials } from './secrets.js';

export interface BannerDetails {
  readonly plan: Plan;
  readonly took: string;
  readonly mailboxPage: string | undefined;
  /** The file with the password of the job console; undefined when it was given, or there is none. */
  readonly managementTokenFile: string | undefined;
  /** Null once they have been shown, or when they were given. */
  readonly admin: AdminCredentials | null;
}

/** What a person needs to know once everything runs. */
export function banner({ plan, took, mailboxPage, managementTokenFile, admin }: BannerDetails): string {
  const management = `http://${reachable(plan.host)}:${plan.managementPort}`;
  const embedsData = plan.embedded.postgres || plan.embedded.redis;
  const rows: (readonly [string, string] | null)[] = [
    ['API', `${plan.publicUrl}/v2`],
    ['Documentation', `${plan.publicUrl}/docs`],
    ['OpenAPI', `${plan.publicUrl}/openapi/v2.json`],
    mailboxPage ? ['Mailbox', mailboxPage] : null,
    managementTokenFile ? ['Job console', `${management}/jobs`] : null,
    managementTokenFile ? ['  password in', managementTokenFile] : null,
    ['Metrics', `${management}/metrics`],
    ['Readiness', `${management}/health/ready`],
    embedsData ? ['Data', plan.dataDir] : null,
  ];
  const lines = rows.filter((row) => row !== null).map(([name, value]) => `  ${name.padEnd(15)}${value}`);
  const credentials = admin
    ? [
        '',
        '  The first admin, shown only this once:',
        `  E-mail         ${admin.email}`,
        `  Password       ${admin.password}`,
      ]
    : [];
  return [
    '',
    `Gatehouse is ready (${took})`,
    '',
    ...lines,
    ...credentials,
    '',
    'Ctrl-C stops all of it.',
    '',
  ].join('\n');
}
