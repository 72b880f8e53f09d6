import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { unauthenticated } from '#libs/problem';
import { keepLiveKey } from '../api-keys/api-key.repository.js';
import { requireLiveSession } from '../sessions/session.repository.js';
import type { LiveCaller } from './caller.js';

/** Looks credentials up where they are stored: what's cached may be a moment old. */
@Injectable()
export class LiveCallers {
  constructor(private readonly clock: Clock) {}

  /**
   * For a change that was allowed when it arrived, in a transaction that has locked the caller's user.
   * @throws Problem `unauthenticated` if the session has ended since then, or the key was revoked
   */
  async require(em: EntityManager, caller: LiveCaller): Promise<void> {
    if (caller.kind === 'session') {
      await requireLiveSession(em, caller.sessionId);
    } else if (!(await keepLiveKey(em, caller.keyId, this.clock.now()))) {
      throw unauthenticated({ headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' } });
    }
  }
}
