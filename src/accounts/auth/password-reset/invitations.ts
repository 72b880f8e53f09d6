import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { invitation } from '#libs/contracts';
import type { User } from '../../users/index.js';
import { PasswordResetLinks } from './password-reset-links.js';

const LIFETIME_MS = 7 * 24 * 60 * 60 * 1000;

/** Lets people whose account was created for them choose their first password, which proves their address, too. */
@Injectable()
export class Invitations {
  constructor(
    private readonly links: PasswordResetLinks,
    private readonly clock: Clock,
  ) {}

  /** Sends a link to a new user in the caller's transaction. */
  send(em: EntityManager, user: User): Promise<void> {
    const mail = { template: invitation, device: undefined, lifetimeMs: LIFETIME_MS };
    return this.links.send(em, user, this.clock.now(), mail);
  }
}
