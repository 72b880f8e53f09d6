import { type Plan, reachable } from './environment.ts';
import type { AdminCredentials } from './secrets.ts';

export interface BannerDetails {
  readonly plan: Plan;
  readonly took: string;
  readonly mailboxPage: string | undefined;
  /** The file with the job console's password; undefined if you set one, or if there is no console. */
  readonly managementTokenFile: string | undefined;
  /** `npm run dev`: where a debugger can attach. */
  readonly inspector: string | undefined;
  /** Null if they were shown before, or set by you. */
  readonly admin: AdminCredentials | null;
}

/** Printed once everything is running. */
export function banner(details: BannerDetails): string {
  const { plan, took, mailboxPage, managementTokenFile, inspector, admin } = details;
  const management = `http://${reachable(plan.host)}:${plan.managementPort}`;
  const embedsData = plan.embedded.postgres || plan.embedded.redis;
  const rows: (readonly [string, string] | null)[] = [
    ['Start page', plan.publicUrl],
    ['API', `${plan.publicUrl}/v2`],
    ['Documentation', `${plan.publicUrl}/docs`],
    ['OpenAPI', `${plan.publicUrl}/openapi/v2.json`],
    mailboxPage ? ['Mailbox', mailboxPage] : null,
    managementTokenFile ? ['Job console', `${management}/jobs`] : null,
    managementTokenFile ? ['  password in', managementTokenFile] : null,
    ['Metrics', `${management}/metrics`],
    ['Readiness', `${management}/health/ready`],
    inspector ? ['Debugger', inspector] : null,
    embedsData ? ['Data', plan.dataDir] : null,
  ];
  const lines = rows.filter((row) => row !== null).map(([name, value]) => `  ${name.padEnd(15)}${value}`);
  const credentials = admin
    ? [
        '',
        '  The first admin (shown only once):',
        `  Email          ${admin.email}`,
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
    'Press Ctrl-C to stop everything.',
    '',
  ].join('\n');
}
