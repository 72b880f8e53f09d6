import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Clock } from '#libs/clock';
import { KeyRing, MacFactory } from '#libs/crypto';
import { ServiceCredentials } from './service-credentials.js';

const NOW = Date.UTC(2026, 10, 28);

class FixedClock extends Clock {
  constructor(private readonly time: number) {
    super();
  }

  override now(): Date {
    return new Date(this.time);
  }
}

function at(millis: number, ...keys: Buffer[]): ServiceCredentials {
  const ring = new KeyRing(
    keys.map((bytes, index) => ({ id: `key-${index}-${bytes.toString('hex', 0, 4)}`, bytes })),
  );
  return new ServiceCredentials(new MacFactory(ring), new FixedClock(millis));
}

describe('the credentials of our own services', () => {
  const [key, other] = [randomBytes(32), randomBytes(32)];
  const issued = at(NOW, key).issue();

  it('are accepted by whoever has the same key, also among others while it is replaced', () => {
    expect(at(NOW, key).accepts(issued)).toBe(true);
    expect(at(NOW, other, key).accepts(issued)).toBe(true);
  });

  it('are refused with another key, or when someone has changed them', () => {
    expect(at(NOW, other).accepts(issued)).toBe(false);
    expect(
      at(NOW, key).accepts(issued.replace(/\d(?=\.)/, (digit) => String((Number(digit) + 1) % 10))),
    ).toBe(false);
    for (const wrong of [
      '',
      'Gatehouse',
      'Gatehouse .',
      `${issued}x`,
      issued.replace('Gatehouse', 'Bearer'),
    ]) {
      expect(at(NOW, key).accepts(wrong)).toBe(false);
    }
  });

  it('are refused after a minute, and from a clock that is a minute ahead', () => {
    expect(at(NOW + 60_000, key).accepts(issued)).toBe(true);
    expect(at(NOW + 60_001, key).accepts(issued)).toBe(false);
    expect(at(NOW - 60_001, key).accepts(issued)).toBe(false);
  });
});
