import { Injectable } from '@nestjs/common';
import { Database, type PageRequest, type Slice, sliceOf } from '#libs/database';
import { preconditionFailed } from '#libs/problem';
import { type ChangingUser, UsersService } from '../../users/index.js';
import type { Device } from '../sessions/session-issuer.js';
import { lastSignInMethod } from '../sign-in/sign-in.errors.js';
import { SignInMethods } from '../ownership/sign-in-methods.js';
import { IdentityLinks } from './identity-links.js';
import { countIdentities, deleteIdentity, findIdentities } from './identity.repository.js';
import { identityNotFound } from './oauth.errors.js';
import { OAuthSignInService } from './oauth-sign-in.service.js';
import { Providers } from './providers/providers.js';
import type { SignInRequest } from './sign-in-state.js';

/** An identity as its owner sees it. */
export interface LinkedIdentity {
  readonly id: string;
  readonly provider: string;
  readonly title: string;
  readonly email: string | null;
  readonly createdAt: Date;
}

/** The identities of a user: the accounts at providers with which they sign in. */
@Injectable()
export class IdentitiesService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly methods: SignInMethods,
    private readonly links: IdentityLinks,
    private readonly signIns: OAuthSignInService,
    private readonly providers: Providers,
  ) {}

  /** Newest first. */
  list(userId: string, page: PageRequest, withTotal: boolean): Promise<Slice<LinkedIdentity>> {
    return this.database.run(async (em) => {
      const found = (await findIdentities(em, userId, page)).map((identity) => ({
        id: identity.id,
        provider: identity.provider,
        title: this.providers.titleOf(identity.provider) ?? identity.provider,
        email: this.links.emailOf(identity),
        createdAt: identity.createdAt,
      }));
      return {
        ...sliceOf(found, page),
        ...(withTotal ? { total: await countIdentities(em, userId) } : {}),
      };
    });
  }

  /** @returns the URL to open. @throws Problem `unknown-provider`, `redirect-not-allowed`, `unauthenticated` */
  async startLink(caller: ChangingUser, provider: string, request: SignInRequest): Promise<string> {
    // Locked, so that it's the epoch of this session, and not of whoever has taken the account away from its user.
    const { sessionEpoch: epoch } = await this.database.transaction((em) =>
      this.users.lockCaller(em, caller),
    );
    return this.signIns.linkUrl(provider, request, { user: caller.userId, epoch });
  }

  /**
   * Lets the owner know.
   * @param isExpected whether the caller's conditions hold for an identity that exists
   * @throws Problem `identity-not-found`, including for identities of other users; `last-sign-in-method`;
   * `precondition-failed`, `unauthenticated`
   */
  async unlink(caller: ChangingUser, id: string, isExpected: () => boolean, device: Device): Promise<void> {
    const { userId } = caller;
    await this.database.transaction(async (em) => {
      // Otherwise, two requests at once could each leave the other's identity.
      const user = await this.users.lockCaller(em, caller);
      if (!(await deleteIdentity(em, userId, id))) {
        throw identityNotFound();
      }
      if (!isExpected()) {
        throw preconditionFailed();
      }
      if ((await this.methods.count(em, userId)) === 0) {
        throw lastSignInMethod();
      }
      await this.links.tellOwnerOfLoss(em, user, device);
    });
  }
}
