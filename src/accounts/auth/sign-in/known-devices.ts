import { Injectable } from '@nestjs/common';
import { type Mac, MacFactory, randomToken } from '#libs/crypto';

/** Recognizes devices that a user has signed in on before, by a token that they keep. Nothing is stored here. */
@Injectable()
export class KnownDevices {
  private readonly mac: Mac;

  constructor(macs: MacFactory) {
    this.mac = macs.for('known-device');
  }

  /** A token for the device of a user who has just signed in. */
  issue(userId: string): string {
    const name = randomToken();
    return `${name}.${this.mac.sign(messageOf(name, userId))}`;
  }

  /** @returns the device's name, or undefined if this user hasn't signed in on it */
  recognize(userId: string, token: string | undefined): string | undefined {
    const [name = '', mac = '', ...rest] = (token ?? '').split('.');
    return rest.length === 0 && this.mac.verify(messageOf(name, userId), mac) ? name : undefined;
  }
}

function messageOf(name: string, userId: string): string {
  return `${name}.${userId}`;
}
