import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { defineService } from './index.js';
import { routeOf } from './outbox-route.js';

const kiosk = defineService('kiosk', { role: 'kiosk' });

describe('a row for a consumer that this process does not know', () => {
  it.each([
    [null, /unknown task "sell".*defineTask.*processor in a module of the role that relays .*"kiosk"/],
    ['sealed', /unknown service "sell".*defineService in libs\/contracts/],
  ])('is refused with what to declare (data: %s)', (sealed, message) => {
    const row = {
      messageId: randomUUID(),
      consumer: 'sell',
      type: 'sell',
      subject: randomUUID(),
      occurredAt: new Date(),
      sealed,
      traceparent: null,
      requestId: null,
    };
    expect(() => routeOf(row, kiosk)).toThrow(message);
  });
});
