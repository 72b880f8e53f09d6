import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { Database } from '#libs/database';
import { findAuthenticatedAt } from '../sessions/session.repository.js';
import { stepUpRequired } from './sign-in.errors.js';

/** How long a proof counts as recent (RFC 9470, `max_age`). */
const STEP_UP_SECONDS = 300;

/** For what needs a recent proof that it's still the same person at the device. */
@Injectable()
export class StepUp {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** @throws Problem `step-up-required` if the last proof is older than five minutes */
  async require(sessionId: string): Promise<void> {
    const at = await this.database.run((em) => findAuthenticatedAt(em, sessionId));
    if (!at || this.clock.millis() - at.getTime() > STEP_UP_SECONDS * 1000) {
      // RFC 9470, section 3.
      const challenge = `Bearer error="insufficient_user_authentication", max_age="${STEP_UP_SECONDS}"`;
      throw stepUpRequired({ headers: { 'WWW-Authenticate': challenge } });
    }
  }
}
