import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { unauthenticated } from '#libs/problem';
import { keepLiveKey } from '../api-keys/api-key.repository.js';
import { keepLiveSession } from '../sessions/session.repository.js';
import type { LiveCaller } from './caller.js';

/** Looks credentials up where they are stored: what's cached may be a moment old. */
@Injectable()
export class LiveCallers {
  constructor(private readonly clock: Clock) {}

  /**
   * For a change that was allowed when it arrived, in a transaction that keeps the caller's user as they are.
   * @throws Problem `unauthenticated` if the session has ended since then, or the key was revoked
   */
  async require(em: EntityManager, caller: LiveCaller): Promise<void> {
    const isLive =
      caller.kind === 'api-key'
        ? await keepLiveKey(em, caller.keyId, this.clock.now())
        : await keepLiveSession(em, caller.sessionId);
    if (!isLive) {
      throw unauthenticated({ headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' } });
    }
  }
}
