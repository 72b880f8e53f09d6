import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { type Mac, MacFactory, randomToken } from '#libs/crypto';
import type { User } from '../../users/index.js';
import type { Device } from '../sessions/session-issuer.js';

const LIFETIME_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * Devices on which a user doesn't want to be asked for a second factor again, recognised by a token that they keep.
 * Nothing is stored here. Ending all sessions ends the trust, too.
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
  issue(user: Pick<User, 'id' | 'sessionEpoch'>): string {
    const name = `${this.clock.millis() + LIFETIME_MS}.${randomToken()}`;
    return `${name}.${this.mac.sign(messageOf(name, user))}`;
  }

  includes(user: Pick<User, 'id' | 'sessionEpoch'>, { trust = '' }: Device): boolean {
    const [expiresAt = '', random = '', mac = '', ...rest] = trust.split('.');
    const isOurs = rest.length === 0 && this.mac.verify(messageOf(`${expiresAt}.${random}`, user), mac);
    return isOurs && Number(expiresAt) > this.clock.millis();
  }
}

function messageOf(name: string, { id, sessionEpoch }: Pick<User, 'id' | 'sessionEpoch'>): string {
  return `${name}.${id}.${sessionEpoch}`;
}
