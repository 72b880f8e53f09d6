import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock, IdSource } from '#libs/clock';
import { identityLinked } from '#libs/contracts';
import { Sealer } from '#libs/crypto';
import type { User } from '../../users/index.js';
import { AccountMails } from '../email/account-mails.js';
import type { Device } from '../sessions/session-issuer.js';
import type { Identity } from './identity.entity.js';
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
    private readonly mails: AccountMails,
    private readonly sealer: Sealer,
    private readonly clock: Clock,
    private readonly ids: IdSource,
  ) {}

  /**
   * Links an identity to a locked user in the caller's transaction.
   * @returns false if it's linked to someone already, maybe by a request at the same time
   */
  add(em: EntityManager, user: User, { provider, subject, email }: ProvenIdentity): Promise<boolean> {
    const createdAt = this.clock.now();
    const id = this.ids.next(createdAt);
    const emailSealed = email === null ? null : this.sealer.seal(email, contextOf(id));
    return insertIdentity(em, { id, user: user.id, provider, subject, emailSealed, createdAt });
  }

  /**
   * Tells the owner of an account that it has a new way in.
   * @param device what the identity was linked from
   */
  tellOwner(em: EntityManager, user: User, device: Device): Promise<void> {
    return this.mails.notify(em, user, identityLinked, device);
  }

  emailOf({ id, emailSealed }: Identity): string | null {
    return typeof emailSealed === 'string' ? this.sealer.open(emailSealed, contextOf(id)) : null;
  }
}

function contextOf(identityId: string): string {
  return `identity:${identityId}:email`;
}
