import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { User } from '../../users/index.js';
import type { Device } from '../sessions/session-issuer.js';
import type { AuthenticationMethod } from './proof.js';

export const FACTORS = ['totp', 'passkey', 'recovery-code'] as const;
export type Factor = (typeof FACTORS)[number];

/** A second factor that someone presents. */
export interface FactorCode {
  readonly factor: Factor;
  /** What an app shows, or what an authenticator has signed, as JSON. */
  readonly code: string;
}

/** A kind of second factor. Its provider adds itself to `FactorKinds`. */
export interface FactorKind {
  readonly name: Factor;
  /** The method that it adds to a proof. */
  readonly method: AuthenticationMethod;

  /** Whether this user, who needs a second factor, can use it. */
  isAvailable(em: EntityManager, user: User): Promise<boolean>;

  /**
   * In a transaction that has locked the user.
   * @returns whether the code is right and hasn't been used before. It can't be used again then
   */
  verify(em: EntityManager, user: User, code: string, device: Device): Promise<boolean>;
}

/** All kinds of second factors. */
@Injectable()
export class FactorKinds {
  private readonly kinds = new Map<Factor, FactorKind>();

  add(kind: FactorKind): void {
    this.kinds.set(kind.name, kind);
  }

  /** Those that a user who needs a second factor can choose from. */
  async availableTo(em: EntityManager, user: User): Promise<Factor[]> {
    const available: Factor[] = [];
    for (const name of FACTORS) {
      if (await this.kinds.get(name)?.isAvailable(em, user)) {
        available.push(name);
      }
    }
    return available;
  }

  /** @returns the method that the factor adds to a proof, or undefined if the code is wrong */
  async verify(
    em: EntityManager,
    user: User,
    { factor, code }: FactorCode,
    device: Device,
  ): Promise<AuthenticationMethod | undefined> {
    const kind = this.kinds.get(factor);
    return kind && (await kind.verify(em, user, code, device)) ? kind.method : undefined;
  }
}
