import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Database } from '#libs/database';
import { withMinimumDuration } from '#libs/lifecycle';
import { type User, UsersService } from '../../users/index.js';

/** How long another request may hold the user: it only stores a link and a message. */
const LOCK_PAUSE_MS = 15;

/** What anyone can request for an address, such as a mail to it, without finding out whether it has an account. */
@Injectable()
export class AddressRequests {
  constructor(
    private readonly database: Database,
    private readonly users: UsersService,
  ) {}

  /**
   * Does the work for the user with this address, if there is one. Neither the result nor the duration tells.
   * @param work may run twice. Gets a locked user
   */
  async run(email: string, work: (em: EntityManager, user: User) => Promise<void>): Promise<void> {
    await withMinimumDuration(async () => {
      // Twice for every address, with the same pause: the second time finds what was locked at first.
      for (const pauseMs of [0, LOCK_PAUSE_MS]) {
        await delay(pauseMs);
        await this.database.transaction(async (em) => {
          // Waiting for the lock would tell an address with an account from others.
          const user = await this.users.lockFreeByEmail(em, email);
          if (user) {
            await work(em, user);
          }
        });
      }
    });
  }
}
