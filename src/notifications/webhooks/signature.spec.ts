import { describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { createSecret, signatureHeaders } from './signature.js';

const body = JSON.stringify({ type: 'user.created', data: { name: 'Åsa 🦊' } });
const secret = createSecret();

describe('A signed webhook', () => {
  it('is accepted by the reference implementation of Standard Webhooks', () => {
    expect(new Webhook(secret).verify(body, headersFor([secret]))).toEqual(JSON.parse(body));
  });

  it('is accepted by receivers that know only one of two secrets', () => {
    const next = createSecret();
    const headers = headersFor([secret, next]);
    expect(headers['webhook-signature'].split(' ')).toHaveLength(2);
    for (const known of [secret, next]) {
      expect(new Webhook(known).verify(body, headers)).toEqual(JSON.parse(body));
    }
  });

  it('has the signature of the example in the specification of Standard Webhooks libraries', () => {
    // https://github.com/standard-webhooks/standard-webhooks/blob/main/libraries/javascript/src/webhook.test.ts
    const headers = signatureHeaders(
      {
        id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
        sentAt: new Date(1_614_265_330_000),
        body: '{"test": 2432232314}',
      },
      ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    );
    expect(headers).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('is refused when its body was tampered with', () => {
    expect(() => new Webhook(secret).verify(`${body} `, headersFor([secret]))).toThrow(
      'No matching signature',
    );
  });

  it('is refused when its ID was tampered with', () => {
    const headers = { ...headersFor([secret]), 'webhook-id': 'another' };
    expect(() => new Webhook(secret).verify(body, headers)).toThrow('No matching signature');
  });

  it('is refused when it is replayed later, also with a new timestamp', () => {
    const headers = headersFor([secret], new Date(Date.now() - 10 * 60_000));
    expect(() => new Webhook(secret).verify(body, headers)).toThrow('timestamp too old');
    const refreshed = { ...headers, 'webhook-timestamp': headersFor([secret])['webhook-timestamp'] };
    expect(() => new Webhook(secret).verify(body, refreshed)).toThrow('No matching signature');
  });

  it('is refused by receivers with another secret', () => {
    expect(() => new Webhook(createSecret()).verify(body, headersFor([secret]))).toThrow(
      'No matching signature',
    );
  });

  it.each([
    ['none', []],
    ['one without prefix', [secret.slice('whsec_'.length)]],
    ['an empty one', ['whsec_']],
    ['one of 23 bytes', [secretOf(23)]],
    ['one of 65 bytes', [secretOf(65)]],
    ['one that is not base64', [`${secret.slice(0, -2)}!=`]],
    ['one good and one bad', [secret, 'whsec_short']],
  ])('is never made with a wrong secret: %s', (_, secrets) => {
    expect(() => headersFor(secrets)).toThrow(TypeError);
  });

  it.each([24, 64])('may be made with a secret of %d bytes', (bytes) => {
    const imported = secretOf(bytes);
    expect(new Webhook(imported).verify(body, headersFor([imported]))).toEqual(JSON.parse(body));
  });
});

describe('A new secret', () => {
  it('has 32 random bytes', () => {
    expect(secret).toMatch(/^whsec_[A-Za-z\d+/]{43}=$/);
    expect(createSecret()).not.toBe(secret);
  });
});

function headersFor(secrets: readonly string[], sentAt = new Date()) {
  return signatureHeaders({ id: '0199-event', sentAt, body }, secrets);
}

function secretOf(bytes: number): string {
  return `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`;
}
