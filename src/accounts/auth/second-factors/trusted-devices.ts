import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { defineKeyedValue, type Mac, MacFactory, randomToken } from '#libs/crypto';
import type { User } from '../../users/index.js';
import type { Device } from '../sessions/session-issuer.js';

export const TRUST_SECONDS = 30 * 24 * 60 * 60;
const LIFETIME_MS = TRUST_SECONDS * 1000;

type Trusting = Pick<User, 'id' | 'sessionEpoch' | 'devicesKnownSince'>;

/**
 * Devices on which a user doesn't want to be asked for a second factor again, recognised by a token that they keep.
 * Nothing is stored here. Ending all sessions ends the trust, too, and so does saying that a sign-in wasn't one's own.
 */
@Injectable()
export class TrustedDevices {
  private readonly mac: Mac;

  constructor(
    private readonly clock: Clock,
    macs: MacFactory,
  ) {
    this.mac = macs.for('trusted-device');
  }

  /** A token for the device of a user who has just used a second factor. */
  issue(user: Trusting): string {
    const name = `${this.clock.millis() + LIFETIME_MS}.${randomToken()}`;
    return `${name}.${this.mac.sign(messageOf(name, user))}`;
  }

  includes(user: Trusting, { trust = '' }: Device): boolean {
    const [expiresAt = '', random = '', mac = '', ...rest] = trust.split('.');
    const isOurs = rest.length === 0 && this.mac.verify(messageOf(`${expiresAt}.${random}`, user), mac);
    const issuedAt = Number(expiresAt) - LIFETIME_MS;
    const isStillMeant = issuedAt >= (user.devicesKnownSince?.getTime() ?? 0);
    return isOurs && isStillMeant && Number(expiresAt) > this.clock.millis();
  }
}

function messageOf(name: string, { id, sessionEpoch }: Trusting): string {
  return `${name}.${id}.${sessionEpoch}`;
}

defineKeyedValue('cookies of trusted devices', {
  ring: 'ENCRYPTION_KEYS',
  lifetimeMs: LIFETIME_MS,
  otherwise: 'sign-ins there ask for the second factor again',
});
