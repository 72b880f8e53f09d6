import { isIPv6 } from 'node:net';

/**
 * The network of an address, as large as those from which providers hand out addresses: /16 of IPv4, and /32 of IPv6, the
 * least that a provider gets (RIPE-738, section 5.1).
 * @param address in the spelling of `addressOf`
 */
export function networkOf(address: string): string {
  if (!isIPv6(address)) {
    return address.split('.').slice(0, 2).join('.');
  }
  // What `::` stands for is zero.
  const [head = ''] = address.split('::', 1);
  const [first = '0', second = '0'] = head.split(':').filter((group) => group !== '');
  return `${first}:${second}`;
}
