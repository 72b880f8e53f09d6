import type { EntityManager } from '@mikro-orm/postgresql';
import { accounts } from '#libs/contracts';
import { Sealer } from '#libs/crypto';
import { everyRow } from '#libs/database';
import { HoldsPersonalData, type PersonalData } from '#libs/personal-data';
import { addressOf } from './identity-address.js';
import { findIdentities } from './identity.repository.js';

@HoldsPersonalData(accounts, 'identities')
export class IdentityData implements PersonalData {
  constructor(private readonly sealer: Sealer) {}

  async *collect(em: EntityManager, userId: string): AsyncGenerator<object> {
    const identities = everyRow((page) => findIdentities(em, userId, page));
    for await (const identity of identities) {
      const { id, provider, subject, createdAt } = identity;
      yield { id, provider, subject, email: addressOf(this.sealer, identity), createdAt };
    }
  }
}
