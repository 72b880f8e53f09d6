import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { IdSource } from '#libs/clock';
import { identityLinked, identityUnlinked } from '#libs/contracts';
import { Sealer } from '#libs/crypto';
import type { User } from '../../users/index.js';
import { AccountChanges } from '../account-changes/account-changes.js';
import type { Device } from '../sessions/session-issuer.js';
import { identityWasLinked, identityWasUnlinked } from './identities.events.js';
import type { Identity } from './identity.entity.js';
import { addressOf, sealAddress } from './identity-address.js';
import { insertIdentity } from './identity.repository.js';

/** What an identity consists of, before it's linked. */
export interface ProvenIdentity {
  readonly provider: string;
  readonly subject: string;
  readonly email: string | null;
}

/** Stores identities. */
@Injectable()
export class IdentityLinks {
  constructor(
    private readonly changes: AccountChanges,
    private readonly sealer: Sealer,
    private readonly ids: IdSource,
  ) {}

  /**
   * Links an identity to a locked user in the caller's transaction.
   * @returns when, or undefined if it's linked to someone already, maybe by a request at the same time
   */
  async add(
    em: EntityManager,
    user: User,
    { provider, subject, email }: ProvenIdentity,
  ): Promise<Date | undefined> {
    const createdAt = await this.changes.momentFor(em, user.id);
    const id = this.ids.next(createdAt);
    const emailSealed = email === null ? null : sealAddress(this.sealer, id, email);
    const isStored = await insertIdentity(em, {
      id,
      user: user.id,
      provider,
      subject,
      emailSealed,
      createdAt,
    });
    return isStored ? createdAt : undefined;
  }

  /**
   * Tells the owner of an account that it has a new way in.
   * @param madeAt when the identity was linked
   * @param device what it was linked from
   */
  tellOwner(em: EntityManager, user: User, madeAt: Date, device: Device): Promise<void> {
    return this.changes.tellOwner(em, user, {
      event: identityWasLinked,
      template: identityLinked,
      madeAt,
      device,
    });
  }

  /** Tells the owner of an account that it has lost one. */
  tellOwnerOfLoss(em: EntityManager, user: User, device: Device): Promise<void> {
    return this.changes.tellOwner(em, user, {
      event: identityWasUnlinked,
      template: identityUnlinked,
      device,
    });
  }

  emailOf(identity: Identity): string | null {
    return addressOf(this.sealer, identity);
  }
}
