import { Injectable } from '@nestjs/common';
import { Database, type PageRequest, type Slice } from '#libs/database';
import { type Administrator, SecondFactorsService, type Session, SessionsService } from '../auth/index.js';
import { UsersService } from '../users/index.js';
import { ManagedAccounts } from './managed-accounts.js';

/** How users are signed in, and with what, for administrators. */
@Injectable()
export class AccountAccessService {
  constructor(
    private readonly database: Database,
    private readonly accounts: ManagedAccounts,
    private readonly users: UsersService,
    private readonly sessions: SessionsService,
    private readonly factors: SecondFactorsService,
  ) {}

  /** Newest first. @throws Problem `user-not-found` */
  async listSessions(id: string, page: PageRequest, withTotal: boolean): Promise<Slice<Session>> {
    await this.database.run((em) => this.users.findExisting(em, id));
    return this.sessions.list(id, page, withTotal);
  }

  /** Signs the user out everywhere. @throws Problem `user-not-found`, `exceeds-your-permissions`, `unauthenticated` */
  async endSessions(caller: Administrator, id: string): Promise<void> {
    await this.accounts.change(caller, id, async (em) => ({ sessions: await this.sessions.endAll(em, id) }));
  }

  /**
   * Removes the authenticator app and the recovery codes, such as for someone who has lost their phone.
   * @throws Problem `user-not-found`, `exceeds-your-permissions`, `unauthenticated`
   */
  async removeSecondFactors(caller: Administrator, id: string): Promise<void> {
    await this.accounts.change(caller, id, async (em, user) => ({
      sessions: await this.factors.removeAll(em, user),
    }));
  }
}
