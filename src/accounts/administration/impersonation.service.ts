import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { Database } from '#libs/database';
import { AuditLog } from '../audit/index.js';
import {
  type AccessGrant,
  AccessTokenService,
  type Administrator,
  impersonateUsers,
  TokenClaims,
} from '../auth/index.js';
import { userImpersonated, userNotActive } from '../users/index.js';
import { ManagedAccounts } from './managed-accounts.js';

const SECONDS = 15 * 60;

interface Impersonation {
  /** The ID of the user. */
  readonly id: string;
  readonly reason: string;
}

/** Lets administrators see what a user sees. */
@Injectable()
export class ImpersonationService {
  constructor(
    private readonly database: Database,
    private readonly accounts: ManagedAccounts,
    private readonly tokens: AccessTokenService,
    private readonly claims: TokenClaims,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /**
   * @returns an access token that acts as the user, for as long as the administrator's session lasts, and 15 minutes at most
   * @throws Problem `user-not-found`, `user-not-active`, `exceeds-your-permissions`, `unauthenticated`
   */
  begin(
    caller: Administrator & { readonly kind: 'session' },
    { id, reason }: Impersonation,
  ): Promise<AccessGrant> {
    return this.database.transaction(async (em) => {
      const { user } = await this.accounts.lock(em, caller, id, impersonateUsers);
      if (user.status !== 'active') {
        throw userNotActive();
      }
      await this.audit.record(em, userImpersonated, { subject: id, reason });
      const { sessionId, userId: actorId } = caller;
      const authentication = { methods: [], at: this.clock.now() };
      const claims = this.claims.select(user.appMetadata);
      const subject = { userId: id, sessionId, roles: user.roles, actorId, claims };
      return { accessToken: this.tokens.issue(subject, authentication, SECONDS), expiresIn: SECONDS };
    });
  }
}
