import { type Network, networkOf } from './network.js';

/** A subscriber has a whole /64 of IPv6 addresses (RFC 6177). */
const IPV6_PREFIX = 64;

/** Everything that belongs to the subscriber with this address: itself, or the /64 of an IPv6 address. */
export function subscriberOf({ family, bits, prefix }: Network): Network {
  return networkOf(bits, family === 6 ? IPV6_PREFIX : prefix);
}
