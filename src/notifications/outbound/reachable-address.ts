import { BlockList, isIP } from 'node:net';

/** A set of IP addresses, given as CIDR blocks. An IPv4-mapped IPv6 address also matches the blocks of its IPv4 address. */
export class Networks {
  // Two lists, because in a common one an IPv6 block such as ::/0 would include every IPv4 address.
  private readonly ipv4 = new BlockList();
  private readonly ipv6 = new BlockList();

  /** @throws TypeError if one isn't a CIDR block, such as 10.0.0.0/8 or fd00::/8 */
  constructor(blocks: readonly string[]) {
    for (const block of blocks) {
      const [, address = '', prefix = ''] = /^([\da-f.:]+)\/(\d{1,3})$/i.exec(block) ?? [];
      const family = isIP(address);
      if (family === 0 || Number(prefix) > (family === 4 ? 32 : 128)) {
        throw new TypeError(`"${block}" is not a CIDR block`);
      }
      if (family === 4) {
        this.ipv4.addSubnet(address, Number(prefix), 'ipv4');
      } else {
        this.ipv6.addSubnet(address, Number(prefix), 'ipv6');
      }
    }
  }

  /** False for anything that isn't an IP address, and for one with a zone, such as fe80::1%eth0. */
  includes(address: string): boolean {
    if (isIP(address) === 4) {
      return this.ipv4.check(address, 'ipv4');
    }
    // BlockList ignores zones, but sockets don't.
    const isPlain = !address.includes('%');
    return isPlain && (this.ipv4.check(address, 'ipv6') || this.ipv6.check(address, 'ipv6'));
  }
}

/**
 * Whether we may call this address: public unicast, or an exception that the operator has configured. False for
 * anything that isn't an IP address.
 */
export function isReachable(address: string, exceptions: Networks): boolean {
  const isUnicast = isIP(address) === 4 || GLOBAL_UNICAST.includes(address);
  return exceptions.includes(address) || (isUnicast && !SPECIAL.includes(address));
}

/**
 * All other IPv6 addresses are reserved or special (RFC 4291, section 2.4, and IANA's IPv6 address space registry):
 * loopback, unspecified, unique-local, link-local, site-local, multicast, discard-only, and those that embed an IPv4
 * address, which are IPv4-mapped, IPv4-compatible, and NAT64 (64:ff9b::/96 and 64:ff9b:1::/48).
 */
const GLOBAL_UNICAST = new Networks(['2000::/3']);

/**
 * IANA's special-purpose address registries (RFC 6890, RFC 8190, and the RFCs below), and IPv4 multicast. Blocks that
 * IANA calls globally reachable are here too if no receiver can be in them.
 */
const SPECIAL = new Networks([
  '0.0.0.0/8', // "This network" (RFC 791). Linux connects 0.0.0.0 to itself.
  '10.0.0.0/8', // Private (RFC 1918)
  '100.64.0.0/10', // Shared by carriers' NAT (RFC 6598). Alibaba Cloud's metadata service.
  '127.0.0.0/8', // Loopback (RFC 1122)
  '168.63.129.16/32', // Not IANA's: Azure's own services inside of each virtual network.
  '169.254.0.0/16', // Link-local (RFC 3927). The metadata service of most clouds.
  '172.16.0.0/12', // Private (RFC 1918)
  '192.0.0.0/24', // IETF protocol assignments (RFC 6890). Oracle Cloud's metadata service.
  '192.0.2.0/24', // Documentation (RFC 5737)
  '192.31.196.0/24', // AS112 (RFC 7535)
  '192.52.193.0/24', // AMT relays (RFC 7450)
  '192.88.99.0/24', // 6to4 relays (RFC 7526)
  '192.168.0.0/16', // Private (RFC 1918)
  '192.175.48.0/24', // AS112 (RFC 7534)
  '198.18.0.0/15', // Benchmarking (RFC 2544)
  '198.51.100.0/24', // Documentation (RFC 5737)
  '203.0.113.0/24', // Documentation (RFC 5737)
  '224.0.0.0/4', // Multicast (RFC 5771)
  '240.0.0.0/4', // Reserved (RFC 1112), and broadcast (RFC 919)
  '2001::/23', // IETF protocol assignments (RFC 2928), among them Teredo (RFC 4380), which embeds an IPv4 address
  '2001:db8::/32', // Documentation (RFC 3849)
  '2002::/16', // 6to4 (RFC 3056), which embeds an IPv4 address
  '2620:4f:8000::/48', // AS112 (RFC 7534)
  '3fff::/20', // Documentation (RFC 9637)
]);
