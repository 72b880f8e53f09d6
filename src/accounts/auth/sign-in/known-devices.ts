import { Injectable } from '@nestjs/common';
import { IdSource, timeOfId } from '#libs/clock';
import { defineKeyedValue, type Mac, MacFactory } from '#libs/crypto';
import type { User } from '../../users/index.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const UUID_LENGTH = 36;

/** Recognizes devices that a user has signed in on before, by a token that they keep. Nothing is stored here. */
@Injectable()
export class KnownDevices {
  private readonly mac: Mac;

  constructor(
    private readonly ids: IdSource,
    macs: MacFactory,
  ) {
    this.mac = macs.for('known-device');
  }

  /** A token for the device of a user who has just signed in. */
  issue(userId: string): string {
    const name = this.ids.next();
    return `${name}.${this.mac.sign(messageOf(name, userId))}`;
  }

  /**
   * @returns the device's name, or undefined if this user hasn't signed in on it, or has said since then that a sign-in
   * wasn't theirs: that may have been on any of them
   */
  recognize({ id, devicesKnownSince }: User, token: string | undefined): string | undefined {
    const [name = '', mac = '', ...rest] = (token ?? '').split('.');
    const isOurs = rest.length === 0 && this.mac.verify(messageOf(name, id), mac);
    return isOurs && devicesKnownSince && issuedAt(name) >= devicesKnownSince ? name : undefined;
  }
}

function messageOf(name: string, userId: string): string {
  return `${name}.${userId}`;
}

/** When the device got its token. Names used to be random. */
function issuedAt(name: string): Date {
  return name.length === UUID_LENGTH ? timeOfId(name) : new Date(0);
}

defineKeyedValue('cookies of known devices', {
  ring: 'ENCRYPTION_KEYS',
  lifetimeMs: 90 * DAY_MS,
  otherwise: 'the next sign-in there is on a new device, which the user gets an email about',
});
