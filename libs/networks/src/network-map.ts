import type { Network } from './network.js';
import { PrefixTree } from './prefix-tree.js';

/**
 * Values of networks, of which the most specific one is looked up. IPv4 and IPv6 are apart: in a common tree, ::/0 would
 * include every IPv4 address.
 */
export class NetworkMap<V> {
  private readonly ipv4 = new PrefixTree<V>(1);
  private readonly ipv6 = new PrefixTree<V>(4);

  get size(): number {
    return this.ipv4.size + this.ipv6.size;
  }

  /** The value of exactly this network. */
  get({ family, bits, prefix }: Network): V | undefined {
    return this.treeOf(family).get(bits, prefix);
  }

  set({ family, bits, prefix }: Network, value: V): void {
    this.treeOf(family).set(bits, prefix, value);
  }

  delete({ family, bits, prefix }: Network): void {
    this.treeOf(family).delete(bits, prefix);
  }

  /** The value of the smallest network that contains the address. */
  match({ family, bits }: Network): V | undefined {
    return this.treeOf(family).longest(bits);
  }

  private treeOf(family: 4 | 6): PrefixTree<V> {
    return family === 4 ? this.ipv4 : this.ipv6;
  }
}
