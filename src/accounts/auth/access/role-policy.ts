import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../../../config/index.js';
import type { SessionState } from '../sessions/session.repository.js';
import { withSecondFactor } from '../sign-in/proof.js';

/** Which of a user's roles count in a session, and which only would with a second factor. */
interface CountedRoles {
  readonly roles: readonly string[];
  readonly withheldRoles: readonly string[];
}

/**
 * Withholds roles that require a second factor (`MFA_REQUIRED_ROLES`) in sessions without one. Whoever looks at a
 * principal's roles only sees those that count, so that no one can forget to ask.
 */
@Injectable()
export class RolePolicy {
  private readonly needing: ReadonlySet<string>;

  constructor({ mfaRequiredRoles }: AppConfig) {
    this.needing = new Set(mfaRequiredRoles);
  }

  /** A trusted device doesn't count: it's what a thief of the device, or of its cookies, has, too. */
  apply({ roles, methods }: SessionState): CountedRoles {
    if (this.needing.size === 0 || withSecondFactor(methods)) {
      return { roles, withheldRoles: NONE };
    }
    const { counted = [], withheld = NONE } = Object.groupBy(roles, (role) =>
      this.needing.has(role) ? 'withheld' : 'counted',
    );
    return { roles: counted, withheldRoles: withheld };
  }
}

const NONE: readonly string[] = [];
