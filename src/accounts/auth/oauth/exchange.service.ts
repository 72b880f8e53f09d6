import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { equalInConstantTime } from '#libs/crypto';
import { commitThenThrow, Database } from '#libs/database';
import { type User, UsersService } from '../../users/index.js';
import type { Device } from '../sessions/session-issuer.js';
import { type SignInOutcome, SignInService } from '../sign-in/sign-in.service.js';
import type { ExchangeCode } from './exchange-code.entity.js';
import { ExchangeCodes } from './exchange-codes.js';
import { IdentityLinks, type ProvenIdentity } from './identity-links.js';
import { findIdentity } from './identity.repository.js';
import { identityTaken, invalidExchangeCode } from './oauth.errors.js';

/** Exchanges the codes with which sign-ins lead back. */
@Injectable()
export class ExchangeService {
  constructor(
    private readonly database: Database,
    private readonly codes: ExchangeCodes,
    private readonly users: UsersService,
    private readonly links: IdentityLinks,
    private readonly signIn: SignInService,
  ) {}

  /**
   * A code works once. A wrong verifier uses it up, too: it's in the wrong hands.
   * @throws Problem `invalid-exchange-code`, `identity-taken`, `invalid-credentials` if the user can't sign in
   */
  exchange(code: string, verifier: string, device: Device): Promise<SignInOutcome> {
    return this.database.transaction(async (em) => {
      const taken = await this.codes.take(em, code);
      if (!taken) {
        throw invalidExchangeCode();
      }
      if (!equalInConstantTime(challengeOf(verifier), taken.codeChallenge)) {
        commitThenThrow(invalidExchangeCode());
      }
      const user = await this.userOf(em, taken);
      const identity = this.codes.linkOf(taken);
      if (identity) {
        await this.link(em, user, identity, device);
      }
      return this.signIn.complete(em, { user, methods: ['fed'], at: taken.provedAt }, device);
    });
  }

  /** As they were when the provider signed them in: whatever has ended all sessions since then ends this one, too. */
  private async userOf(em: EntityManager, taken: ExchangeCode): Promise<User> {
    const user = await (taken.linkSealed ? this.users.lock(em, taken.user) : this.users.find(em, taken.user));
    if (!user || user.sessionEpoch !== taken.sessionEpoch) {
      commitThenThrow(invalidExchangeCode());
    }
    return user;
  }

  private async link(em: EntityManager, user: User, identity: ProvenIdentity, device: Device): Promise<void> {
    const linkedAt = await this.links.add(em, user, identity);
    if (linkedAt) {
      await this.links.tellOwner(em, user, linkedAt, device);
    } else if ((await findIdentity(em, identity.provider, identity.subject))?.user !== user.id) {
      commitThenThrow(identityTaken());
    }
  }
}

function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}
