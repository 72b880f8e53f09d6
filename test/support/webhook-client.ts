import type { RequestListener } from 'node:http';
import { Clock } from '#libs/clock';
import type { Resolver } from '../../src/notifications/webhooks/outbound/checked-lookup.js';
import {
  type WebhookAnswer,
  WebhookClient,
  type WebhookClientOptions,
} from '../../src/notifications/webhooks/outbound/webhook-client.js';
import { hold } from './fixture.js';
import { holdReceiver, type Receiver } from './receiver.js';

/** When the clients believe they are. */
export const NOW = new Date('2026-11-22T09:30:00Z');

class StoppedClock extends Clock {
  override now(): Date {
    return NOW;
  }
}

/** A client until the test is over. It may only call public addresses, unless `options` say otherwise. */
export function holdWebhookClient(options: Partial<WebhookClientOptions> = {}): Promise<WebhookClient> {
  const client = new WebhookClient({ allowedNetworks: [], clock: new StoppedClock(), ...options });
  return hold(client, () => client.close());
}

/** A receiver on 127.0.0.1, and a client that may call it. */
export async function holdReceiverAndClient(
  answer: RequestListener,
  options: Partial<WebhookClientOptions> = {},
): Promise<{ readonly client: WebhookClient; readonly receiver: Receiver }> {
  const receiver = await holdReceiver(answer, { host: '127.0.0.1' });
  const client = await holdWebhookClient({ allowedNetworks: ['127.0.0.0/8'], ...options });
  return { client, receiver };
}

/** Posts something to the receiver over http. */
export function postTo(
  client: WebhookClient,
  { port }: Receiver,
  signal = new AbortController().signal,
): Promise<WebhookAnswer> {
  return client.post({ url: `http://127.0.0.1:${port}/`, headers: {}, body: '{}' }, signal);
}

/** Resolves only these names, each to its addresses. */
export function resolverOf(names: Readonly<Record<string, readonly string[]>>): Resolver {
  return (hostname, _, done) => {
    const addresses = names[hostname] ?? [];
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
}
