import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { unauthenticated } from '#libs/problem';
import { keepLiveKey } from '../api-keys/api-key.repository.js';
import { keepLiveSession } from '../sessions/session.repository.js';
import type { Administrator } from './caller.js';

/** Looks credentials up where they are stored: what's cached may be a moment old. */
@Injectable()
export class LiveCallers {
  constructor(private readonly clock: Clock) {}

  /**
   * For a change that was allowed when it arrived, in its transaction, until which the caller stays as they are. Whoever was
   * demoted or suspended while it waited must not undo that.
   * @returns the caller with the roles that they still have
   * @throws Problem `unauthenticated` if the session has ended since then, the key was revoked, or the user suspended
   */
  async require(em: EntityManager, caller: Administrator): Promise<Administrator> {
    const [user] = await em.execute<{ roles: string[] }[]>(
      `select roles from accounts.users where id = ? and status = 'active' for share`,
      [caller.userId],
    );
    const isLive =
      caller.kind === 'api-key'
        ? await keepLiveKey(em, caller.keyId, this.clock.now())
        : await keepLiveSession(em, caller.sessionId);
    if (!isLive || !user) {
      throw unauthenticated({ headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' } });
    }
    return { ...caller, roles: caller.roles.filter((role) => user.roles.includes(role)) };
  }

  /** Keeps an API key until the caller's transaction ends. @returns whether it was neither revoked nor has expired */
  hasKey(em: EntityManager, keyId: string): Promise<boolean> {
    return keepLiveKey(em, keyId, this.clock.now());
  }
}
