import { Injectable } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';
import { countFromZero } from '#libs/telemetry';

/** What a password or code was for. The first three are steps of a sign-in. */
export const CHECK_KINDS = ['password', 'one-time-code', 'second-factor', 'step-up', 'link'] as const;
export type CheckKind = (typeof CHECK_KINDS)[number];

const RESULTS = ['right', 'wrong', 'blocked'] as const;
type CheckResult = (typeof RESULTS)[number];

/** Metrics of all passwords and codes that people send us. */
@Injectable()
export class CredentialChecks {
  private readonly checks: Counter<'kind' | 'result'>;

  constructor(registry: Registry) {
    this.checks = new Counter({
      name: 'gatehouse_credential_checks_total',
      help:
        'Passwords and codes that were checked, by what they were for and result: right, wrong, or blocked (too many ' +
        'wrong ones before).',
      labelNames: ['kind', 'result'],
      registers: [registry],
    });
    countFromZero(
      this.checks,
      CHECK_KINDS.flatMap((kind) => RESULTS.map((result) => ({ kind, result }))),
    );
  }

  count(kind: CheckKind, result: CheckResult): void {
    this.checks.inc({ kind, result });
  }
}
