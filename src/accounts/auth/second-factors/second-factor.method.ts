import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { type SignInMethod, SignInMethods } from '../sign-in/sign-in-methods.js';
import { removeFactors } from './second-factors.repository.js';

/** Second factors let no one in alone, but keep everyone else out. */
@Injectable()
export class SecondFactorMethod implements SignInMethod {
  constructor(methods: SignInMethods) {
    methods.add(this);
  }

  count(): Promise<number> {
    return Promise.resolve(0);
  }

  removeAll(em: EntityManager, userId: string): Promise<void> {
    return removeFactors(em, userId);
  }
}
