import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { type SignInMethod, SignInMethods } from '../ownership/sign-in-methods.js';
import { deletePassword, findPassword } from './password.repository.js';

/** Passwords as a way to sign in. */
@Injectable()
export class PasswordMethod implements SignInMethod {
  constructor(methods: SignInMethods) {
    methods.add(this);
  }

  async count(em: EntityManager, userId: string): Promise<number> {
    return (await findPassword(em, userId)) ? 1 : 0;
  }

  /** Whenever it was set: whoever has been in the account may know it. */
  removeSince(em: EntityManager, userId: string): Promise<void> {
    return deletePassword(em, userId);
  }
}
