import { freePort } from '#tools/embedded';
import { describe, expect, it } from '@jest/globals';
import { SharedClock } from '#libs/clock';
import { holdOutboundClient } from '../../../../test/support/outbound-client.js';
import { holdProviderRates } from '../../../../test/support/provider-rates.js';
import { newVapidKeys, usePushService } from '../../../../test/support/push-service.js';
import type { WaitingContext } from '../channel.js';
import type { PushMessage } from './push-request.js';
import { PushServices } from './push-services.js';

const ID = '0199c1d2-7a3b-7cde-8f01-23456789abcd';
const vapid = { ...newVapidKeys(), subject: 'https://id.acme.test' };
const context: WaitingContext = {
  signal: new AbortController().signal,
  isHeld: () => true,
  waiting: { rank: 'ordinary', slot: null, before: new Date(8.64e15) },
};
const server = usePushService();

function messageTo({ endpoint = '', key = vapid.publicKey } = {}): PushMessage {
  const subscription = server.subscribe(key);
  const target = { ...subscription.keys, endpoint: endpoint || subscription.endpoint };
  return { id: ID, target, payload: '{}', isUrgent: false };
}

async function services(): Promise<PushServices> {
  const client = await holdOutboundClient({ allowedNetworks: ['127.0.0.0/8'] });
  return new PushServices(client, vapid, new SharedClock(), await holdProviderRates());
}

describe('PushServices', () => {
  it('leaves a service alone that is down, and no other', async () => {
    const all = await services();
    const down = `http://127.0.0.1:${await freePort()}/send`;
    for (let failure = 0; failure < 5; failure += 1) {
      await all.send(messageTo({ endpoint: down }), context);
    }
    expect(await all.send(messageTo({ endpoint: down }), context)).toEqual({
      outcome: { kind: 'unreachable', reason: 'circuit open after connection refused' },
      attempts: [],
    });
    expect(await all.send(messageTo(), context)).toMatchObject({
      outcome: { kind: 'sent' },
      attempts: [{ provider: server.host, outcome: 'sent' }],
    });
  });

  it('goes on with a service that rejects the subscriptions of someone', async () => {
    const all = await services();
    const { publicKey: key } = newVapidKeys();
    for (let rejection = 0; rejection < 10; rejection += 1) {
      expect(await all.send(messageTo({ key }), context)).toMatchObject({ outcome: { reason: '403' } });
    }
    expect(await all.send(messageTo(), context)).toMatchObject({ outcome: { kind: 'sent' } });
  });

  it('remembers at most a hundred services', async () => {
    const all = await services();
    const down = `http://127.0.0.1:${await freePort()}/send`;
    for (let failure = 0; failure < 5; failure += 1) {
      await all.send(messageTo({ endpoint: down }), context);
    }
    for (let other = 1; other <= 100; other += 1) {
      await all.send(messageTo({ endpoint: `http://10.0.0.${other}/send` }), context);
    }
    expect(await all.send(messageTo({ endpoint: down }), context)).toMatchObject({
      outcome: { reason: 'connection refused' },
    });
  });
});
