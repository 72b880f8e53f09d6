import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { type SignInMethod, SignInMethods } from '../ownership/sign-in-methods.js';
import { OneTimeCode } from './one-time-code.entity.js';

/** Whoever reads the user's mail can have a code, so they don't count. But one may be on its way to someone else. */
@Injectable()
export class OneTimeCodeMethod implements SignInMethod {
  constructor(methods: SignInMethods) {
    methods.add(this);
  }

  count(): Promise<number> {
    return Promise.resolve(0);
  }

  removeSince(em: EntityManager, userId: string): Promise<void> {
    return this.voidPending(em, userId);
  }

  async voidPending(em: EntityManager, userId: string): Promise<void> {
    await em.nativeDelete(OneTimeCode, { user: userId });
  }
}
