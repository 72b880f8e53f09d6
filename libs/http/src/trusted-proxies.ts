import { NetworkMap, networkOf, parseAddress } from '#libs/networks';
import { forwardedFor } from './forwarded.js';

declare module 'fastify' {
  interface FastifyInstance {
    /** Set by `setUpHttp`. */
    trustedProxies?: TrustedProxies;
  }
}

/** The proxies that may say who their clients are. */
export class TrustedProxies {
  private readonly networks = new NetworkMap<true>();

  /** @param cidrs addresses or CIDR blocks */
  constructor(cidrs: readonly string[]) {
    for (const cidr of cidrs) {
      const [text = '', prefix] = cidr.split('/');
      const address = parseAddress(text);
      if (address) {
        this.networks.set(networkOf(address.bits, Number(prefix ?? address.prefix)), true);
      }
    }
  }

  includes(address: string): boolean {
    const parsed = this.networks.size === 0 ? undefined : parseAddress(address);
    return parsed !== undefined && this.networks.match(parsed) !== undefined;
  }

  /**
   * The first hop of `Forwarded` that isn't a trusted proxy, counted from us.
   * @param peer the address of the socket
   * @returns the peer's address if a trusted proxy doesn't say whom it got the request from
   */
  clientOf(peer: string, forwarded: string): string {
    let client = peer;
    for (const hop of forwardedFor(forwarded)) {
      if (!this.includes(client)) {
        return client;
      }
      if (hop === null) {
        return peer;
      }
      client = hop;
    }
    return client;
  }
}
