import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { defineKeyedValue, type Mac, MacFactory } from '#libs/crypto';
import { printableUserAgent } from '#libs/text';
import type { User } from '../../users/index.js';
import { nameOfDevice } from '../sessions/device-name.js';
import type { Device } from '../sessions/session-issuer.js';
import { KnownDevices } from './known-devices.js';
import { networkOf } from './network.js';
import { findDevice, rememberDevice, rememberFirstDevice } from './seen-device.repository.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const KEPT_MS = 90 * DAY_MS;

/**
 * Decides whether a user signs in on a new device. A browser shows by its cookie that it's a known one. Apps and programs
 * keep no cookies, so for whoever has none, it's a known device if one with the same name signed in from the same network in
 * the last 90 days.
 *
 * - Not the name alone: whoever steals a password would only have to use the same browser, or claim to be the same app.
 * - Not the address: phones and homes get a new one every day, and their users would soon ignore our mails. Providers hand
 *   them out from a few large networks, so an app is new once in each of them.
 * - Not the sessions that are stored: they are deleted soon after they end, and an app that signs out each time would
 *   always be new.
 */
@Injectable()
export class SeenDevices {
  private readonly mac: Mac;

  constructor(
    private readonly known: KnownDevices,
    private readonly clock: Clock,
    macs: MacFactory,
  ) {
    this.mac = macs.for('seen-device');
  }

  /**
   * A single statement at most, because every sign-in waits for it. The device of the very first sign-in isn't new: there
   * is nothing that it differs from.
   */
  async isNew(em: EntityManager, user: User, device: Device): Promise<boolean> {
    if (this.known.recognize(user, device.token) !== undefined) {
      return false;
    }
    const now = this.clock.now();
    const since = user.devicesKnownSince?.getTime();
    if (since === undefined && (await rememberFirstDevice(em, this.sighting(user, device), now))) {
      return false;
    }
    const isSeen = await findDevice(em, {
      user: user.id,
      fingerprints: this.mac.candidates(looksOf(user, device)),
      // Not before the devices are known, to the millisecond.
      expiringAfter: new Date(Math.max(now.getTime(), (since ?? 0) + KEPT_MS - 1)),
      expiresAt: new Date(now.getTime() + KEPT_MS),
      refreshedBefore: new Date(now.getTime() + KEPT_MS - DAY_MS),
    });
    return !isSeen;
  }

  async remember(em: EntityManager, user: User, device: Device): Promise<void> {
    await rememberDevice(em, this.sighting(user, device));
  }

  private sighting(user: User, device: Device) {
    return {
      user: user.id,
      fingerprint: this.mac.sign(looksOf(user, device)),
      expiresAt: new Date(this.clock.millis() + KEPT_MS),
    };
  }
}

function looksOf({ id }: User, device: Device): string {
  const { app = '', system = '' } = nameOfDevice(printableUserAgent(device.userAgent) ?? '');
  return [id, app, system, networkOf(device.ipAddress)].join('\n');
}

defineKeyedValue('looks of devices', {
  ring: 'ENCRYPTION_KEYS',
  lifetimeMs: KEPT_MS,
  otherwise: 'the next sign-in there is on a new device, which the user gets an email about',
  columns: ['accounts.seen_devices.fingerprint'],
});
