import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { type SignInMethod, SignInMethods } from '../ownership/sign-in-methods.js';
import { deleteKeysSince } from './api-key.repository.js';

/** No one signs in with a key. But whoever isn't the owner may have made one, to come back. */
@Injectable()
export class ApiKeyMethod implements SignInMethod {
  constructor(methods: SignInMethods) {
    methods.add(this);
  }

  count(): Promise<number> {
    return Promise.resolve(0);
  }

  removeSince(em: EntityManager, userId: string, since: Date): Promise<void> {
    return deleteKeysSince(em, userId, since);
  }
}
