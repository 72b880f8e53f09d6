import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { type User, UsersService } from '../../users/index.js';
import { SessionEnds } from '../sessions/session-ends.js';
import { SignInMethods } from '../ownership/sign-in-methods.js';
import { settleRegistrations } from './pending-registration.repository.js';

/** Gives an account to the person who has just shown that they read the mail to its address. */
@Injectable()
export class AddressClaim {
  constructor(
    private readonly users: UsersService,
    private readonly methods: SignInMethods,
    private readonly ends: SessionEnds,
  ) {}

  /**
   * Marks the address of a locked user as verified. If it wasn't, someone else may have set up the account, and would
   * still have a key to it: so whatever lets them in goes first (account pre-hijacking). Call `UsersService.invalidate`
   * after the commit.
   * @returns the sessions that it ended, for the cache, after the commit
   */
  async take(em: EntityManager, user: User): Promise<string[]> {
    if (user.emailVerified) {
      return [];
    }
    await this.methods.removeAll(em, user.id);
    await settleRegistrations(em, user.id, undefined);
    // Nor must the owner miss it when whoever set it up signs in again.
    await this.users.change(em, user, { signInNotifications: null });
    await this.users.knowDevicesSince(em, user.id, null);
    await this.users.markEmailVerified(em, user);
    const ended = await this.ends.end(em, user.id);
    // A sign-in that comes with it is in the new epoch.
    await em.refresh(user);
    return ended;
  }
}
