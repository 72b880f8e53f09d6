import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';

/** Before anything was added. */
export const EVER = new Date(0);

/** One way to sign in, or a part of one, such as a password. Its provider adds itself to `SignInMethods`. */
export interface SignInMethod {
  /** In how many ways the user can sign in with it alone. */
  count(em: EntityManager, userId: string): Promise<number>;

  /**
   * Takes away what was added since then, and whatever else someone who isn't the owner may know or have under way: a
   * password, an open challenge. The caller has locked the user.
   */
  removeSince(em: EntityManager, userId: string, since: Date): Promise<void>;

  /** Voids what was asked for before, if the end of all sessions doesn't do that. The caller has locked the user. */
  voidPending?(em: EntityManager, userId: string): Promise<void>;
}

/** All ways in which users sign in. What belongs to their address, such as a password reset, isn't one of them. */
@Injectable()
export class SignInMethods {
  private readonly methods: SignInMethod[] = [];

  add(method: SignInMethod): void {
    this.methods.push(method);
  }

  /** In how many ways the user can sign in. The caller has locked the user. */
  async count(em: EntityManager, userId: string): Promise<number> {
    let sum = 0;
    for (const method of this.methods) {
      sum += await method.count(em, userId);
    }
    return sum;
  }

  /** Takes all ways to sign in away from a locked user, because the account gets another owner. */
  removeAll(em: EntityManager, userId: string): Promise<void> {
    return this.removeSince(em, userId, EVER);
  }

  /** Voids sign-ins of a locked user that are under way, because whoever asked for one may be someone else. */
  async voidPending(em: EntityManager, userId: string): Promise<void> {
    for (const method of this.methods) {
      await method.voidPending?.(em, userId);
    }
  }

  /** Takes away from a locked user what someone else may have added since then, or may know. */
  async removeSince(em: EntityManager, userId: string, since: Date): Promise<void> {
    for (const method of this.methods) {
      await method.removeSince(em, userId, since);
    }
  }
}
