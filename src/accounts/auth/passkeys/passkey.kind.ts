import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import type { User } from '../../users/index.js';
import { type FactorKind, FactorKinds } from '../sign-in/factor-kinds.js';
import { countPasskeys } from './passkey.repository.js';
import { PasskeySignInService } from './passkey-sign-in.service.js';

/** Passkeys as a second factor, for users who have another one. Alone, they need none. */
@Injectable()
export class PasskeyKind implements FactorKind {
  readonly name = 'passkey';
  readonly method = 'pop';

  constructor(
    kinds: FactorKinds,
    private readonly passkeys: PasskeySignInService,
  ) {
    kinds.add(this);
  }

  async isAvailable(em: EntityManager, { id }: User): Promise<boolean> {
    return (await countPasskeys(em, id)) > 0;
  }

  async verify(em: EntityManager, { id }: User, code: string): Promise<boolean> {
    const response = parse(code);
    return response !== undefined && (await this.passkeys.verify(em, response))?.user === id;
  }
}

/** @returns undefined if it isn't JSON of the outer form. The library checks the rest */
function parse(code: string): AuthenticationResponseJSON | undefined {
  try {
    const value = JSON.parse(code) as Partial<AuthenticationResponseJSON> | null;
    const isCredential = typeof value?.id === 'string' && typeof value.response === 'object';
    return isCredential && value.response !== null
      ? ({ clientExtensionResults: {}, ...value } as AuthenticationResponseJSON)
      : undefined;
  } catch {
    return undefined;
  }
}
