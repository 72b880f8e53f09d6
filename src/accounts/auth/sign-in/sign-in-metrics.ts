import { Injectable } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';
import { countFromZero } from '#libs/telemetry';
import type { AuthenticationMethod } from './proof.js';

/** The first method of a proof, which says how someone signs in. A second factor comes after it. */
const NAMES: Readonly<Record<Exclude<AuthenticationMethod, 'mfa'>, string>> = {
  pwd: 'password',
  otp: 'one-time-code',
  pop: 'passkey',
  fed: 'provider',
};

const RESULTS = ['session', 'challenge'] as const;
type SignInResult = (typeof RESULTS)[number];

/** Metrics of sign-ins, however they started. */
@Injectable()
export class SignInMetrics {
  private readonly signIns: Counter<'method' | 'result'>;

  constructor(registry: Registry) {
    this.signIns = new Counter({
      name: 'gatehouse_sign_ins_total',
      help: 'Sign-ins with valid credentials, by method and result: session, or challenge (a second factor is needed).',
      labelNames: ['method', 'result'],
      registers: [registry],
    });
    countFromZero(
      this.signIns,
      Object.values(NAMES).flatMap((method) => RESULTS.map((result) => ({ method, result }))),
    );
  }

  /** @param methods those of the proof, in the order in which they were used */
  count([first]: readonly string[], result: SignInResult): void {
    // Nothing else would be a bounded label.
    const known = Object.entries(NAMES).find(([name]) => name === first);
    if (known) {
      this.signIns.inc({ method: known[1], result });
    }
  }
}
