import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { type SignInMethod, SignInMethods } from '../ownership/sign-in-methods.js';
import { Passkey } from './passkey.entity.js';
import { countPasskeys } from './passkey.repository.js';
import { PasskeyChallenge } from './passkey-challenge.entity.js';

/** Passkeys as ways to sign in. */
@Injectable()
export class PasskeyMethod implements SignInMethod {
  constructor(methods: SignInMethods) {
    methods.add(this);
  }

  count(em: EntityManager, userId: string): Promise<number> {
    return countPasskeys(em, userId);
  }

  async removeSince(em: EntityManager, userId: string, since: Date): Promise<void> {
    await em.nativeDelete(Passkey, { user: userId, createdAt: { $gte: since } });
    await em.nativeDelete(PasskeyChallenge, { user: userId });
  }
}
