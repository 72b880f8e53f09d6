import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { type SignInMethod, SignInMethods } from '../ownership/sign-in-methods.js';
import { countIdentities, deleteIdentitiesSince } from './identity.repository.js';
import { Providers } from './providers/providers.js';

/** Identities as a way to sign in. */
@Injectable()
export class IdentityMethod implements SignInMethod {
  constructor(
    methods: SignInMethods,
    private readonly providers: Providers,
  ) {
    methods.add(this);
  }

  /** Nobody can sign in with a provider that's no longer configured. */
  count(em: EntityManager, userId: string): Promise<number> {
    return countIdentities(
      em,
      userId,
      this.providers.all().map(({ name }) => name),
    );
  }

  removeSince(em: EntityManager, userId: string, since: Date): Promise<void> {
    return deleteIdentitiesSince(em, userId, since);
  }
}
