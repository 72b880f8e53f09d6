import { NetworkMap } from './network-map.js';
import { type Network, parseNetwork } from './network.js';

/** Addresses that aren't anyone's on the Internet. Behind them are our own machines, or a proxy that we don't know. */
const PRIVATE = new NetworkMap<true>();
for (const cidr of [
  '10.0.0.0/8', // RFC 1918, as are the next two
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10', // Shared by many customers (RFC 6598)
  '127.0.0.0/8', // Loopback (RFC 1122)
  '169.254.0.0/16', // Link-local (RFC 3927)
  '::1/128', // Loopback
  'fc00::/7', // Unique local (RFC 4193)
  'fe80::/10', // Link-local (RFC 4291)
]) {
  PRIVATE.set(parseNetwork(cidr), true);
}

export function isPrivate(address: Network): boolean {
  return PRIVATE.match(address) !== undefined;
}
