import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import type { UserSnapshot } from '#libs/contracts';
import { Sealer } from '#libs/crypto';
import { RecipientRepository } from './recipient.repository.js';

/** Keeps what this service knows of users in step with accounts. */
@Injectable()
export class RecipientProjection {
  constructor(
    private readonly recipients: RecipientRepository,
    private readonly sealer: Sealer,
    private readonly clock: Clock,
  ) {}

  async project(em: EntityManager, userId: string, { email, ...user }: UserSnapshot): Promise<void> {
    const sealedEmail = this.sealer.seal(email, `recipient:${userId}:email`);
    await this.recipients.upsertNewer(em, { ...user, userId, sealedEmail, updatedAt: this.clock.now() });
  }
}
