import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { type SignInMethod, SignInMethods } from '../ownership/sign-in-methods.js';
import { removeFactorsSince } from './second-factors.repository.js';

/** Second factors let no one in alone, but keep everyone else out. */
@Injectable()
export class SecondFactorMethod implements SignInMethod {
  constructor(methods: SignInMethods) {
    methods.add(this);
  }

  count(): Promise<number> {
    return Promise.resolve(0);
  }

  removeSince(em: EntityManager, userId: string, since: Date): Promise<void> {
    return removeFactorsSince(em, userId, since);
  }
}
