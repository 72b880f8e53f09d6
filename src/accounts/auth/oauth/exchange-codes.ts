import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { defineExpiringColumn, hashToken, randomToken, Sealer } from '#libs/crypto';
import type { ExchangeCode } from './exchange-code.entity.js';
import { insertCode, takeCode } from './exchange-code.repository.js';
import type { ProvenIdentity } from './identity-links.js';
import { invalidState } from './oauth.errors.js';
import type { SignInState } from './sign-in-state.js';

const LIFETIME_MS = 60_000;

/** What a code leads to, besides a session. */
interface CodeOptions {
  readonly user: string;
  /** The session epoch that the user must still have. The present one, if it isn't given. */
  readonly epoch?: number;
  /** The identity that the exchange links. */
  readonly link?: ProvenIdentity;
}

/** Issues the codes with which sign-ins lead back. Each sign-in gets one. */
@Injectable()
export class ExchangeCodes {
  constructor(
    private readonly sealer: Sealer,
    private readonly clock: Clock,
  ) {}

  /** Stores a code in the caller's transaction. @throws Problem `invalid-state` if the sign-in already has one */
  async issue(
    em: EntityManager,
    { id: attempt, codeChallenge, expiresAt }: SignInState,
    { user, epoch, link }: CodeOptions,
  ): Promise<string> {
    const code = randomToken();
    const now = this.clock.now();
    const validUntil = new Date(now.getTime() + LIFETIME_MS);
    const isStored = await insertCode(em, {
      attempt,
      codeHash: hashToken(code),
      user,
      epoch: epoch ?? null,
      provedAt: now,
      codeChallenge,
      linkSealed: link ? this.sealer.sealJson(link, contextOf(attempt)) : null,
      validUntil,
      expiresAt: new Date(Math.max(expiresAt, validUntil.getTime())),
    });
    if (!isStored) {
      throw invalidState();
    }
    return code;
  }

  /** Uses a code up in the caller's transaction. @returns null if it isn't valid */
  take(em: EntityManager, code: string): Promise<ExchangeCode | null> {
    return takeCode(em, hashToken(code), this.clock.now());
  }

  /** @returns the identity to link, if that's what the code is for */
  linkOf({ attempt, linkSealed }: ExchangeCode): ProvenIdentity | undefined {
    return typeof linkSealed === 'string'
      ? (this.sealer.openJson(linkSealed, contextOf(attempt)) as ProvenIdentity)
      : undefined;
  }
}

function contextOf(attempt: string): string {
  return `oauth:code:${attempt}`;
}

defineExpiringColumn('accounts.oauth_codes.link_sealed', {
  ring: 'ENCRYPTION_KEYS',
  expires: 'expires_at',
  until: 'minutes, while someone signs in',
});
