import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { Database } from '#libs/database';
import { userNotFound, UsersService } from '../../users/index.js';
import { SessionCache } from '../sessions/session-cache.js';
import { endSessions } from '../sessions/session.repository.js';
import { PasswordHasher } from './password-hasher.js';
import { putPassword } from './password.repository.js';

/** Sets passwords on behalf of someone else than their owner. */
@Injectable()
export class PasswordsService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly hasher: PasswordHasher,
    private readonly sessions: SessionCache,
    private readonly clock: Clock,
  ) {}

  /** Takes a while, so call it before the transaction. @throws Problem `unavailable` if too many are waiting */
  hash(password: string): Promise<string> {
    return this.hasher.hash(password);
  }

  /** Sets the password of a user in the caller's transaction. @param hash a PHC string */
  put(em: EntityManager, userId: string, hash: string): Promise<void> {
    return putPassword(em, userId, hash, this.clock.now());
  }

  /** Replaces the password, and ends all sessions. @throws Problem `user-not-found` */
  async reset(email: string, password: string): Promise<void> {
    const hash = await this.hash(password);
    const ended = await this.database.transaction(async (em) => {
      const user = await this.users.lockByEmail(em, email);
      if (!user) {
        throw userNotFound();
      }
      await this.put(em, user.id, hash);
      return endSessions(em, user.id, this.clock.now(), 'all');
    });
    this.sessions.ended(ended);
  }
}
