import type { RequestListener } from 'node:http';
import { Clock } from '#libs/clock';
import type { Resolver } from '../../src/notifications/outbound/checked-lookup.js';
import {
  type OutboundAnswer,
  OutboundClient,
  type OutboundClientOptions,
} from '../../src/notifications/outbound/outbound-client.js';
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
export function holdOutboundClient(options: Partial<OutboundClientOptions> = {}): Promise<OutboundClient> {
  const client = new OutboundClient({ allowedNetworks: [], clock: new StoppedClock(), ...options });
  return hold(client, () => client.close());
}

/** A receiver on 127.0.0.1, and a client that may call it. */
export async function holdReceiverAndClient(
  answer: RequestListener,
  options: Partial<OutboundClientOptions> = {},
): Promise<{ readonly client: OutboundClient; readonly receiver: Receiver }> {
  const receiver = await holdReceiver(answer, { host: '127.0.0.1' });
  const client = await holdOutboundClient({ allowedNetworks: ['127.0.0.0/8'], ...options });
  return { client, receiver };
}

/** Posts something to the receiver over http. */
export function postTo(
  client: OutboundClient,
  { port }: Receiver,
  signal = new AbortController().signal,
): Promise<OutboundAnswer> {
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
