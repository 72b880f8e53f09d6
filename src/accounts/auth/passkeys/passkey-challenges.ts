import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { hashToken } from '#libs/crypto';
import { Database } from '#libs/database';
import { useChallenge } from './passkey.repository.js';
import { PasskeyChallenge } from './passkey-challenge.entity.js';
import { CHALLENGE_MS } from './webauthn.js';

/** What authenticators have to sign. Each challenge works once, even if what it's used for fails. */
@Injectable()
export class PasskeyChallenges {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** @param user who adds a passkey, or null for a sign-in */
  async add(challenge: string, user: string | null): Promise<void> {
    const expiresAt = new Date(this.clock.millis() + CHALLENGE_MS);
    await this.database.run((em) =>
      em.insert(PasskeyChallenge, { challengeHash: hashToken(challenge), user, expiresAt }),
    );
  }

  /** @returns whether it was given out for this, and hasn't been used or expired */
  use(challenge: string, user: string | null): Promise<boolean> {
    return this.database.run((em) => useChallenge(em, hashToken(challenge), user, this.clock.now()));
  }
}
