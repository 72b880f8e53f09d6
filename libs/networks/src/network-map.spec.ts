import { describe, expect, it } from '@jest/globals';
import { contains, type Network, networkOf, parseNetwork, textOf } from './network.js';
import { NetworkMap } from './network-map.js';

/** Numbers from 0 to 1, the same for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Few different bits, so that networks are often nested, neighbours or the same. */
function randomNetwork(random: () => number, isAddress = false): Network {
  const words = random() < 0.5 ? 1 : 4;
  const bits = Uint32Array.from({ length: words }, () =>
    random() < 0.7 ? Math.floor(random() * 8) * 0x2000_0001 : Math.floor(random() * 2 ** 32),
  );
  const width = words * 32;
  return networkOf(bits, isAddress ? width : Math.floor(random() * (width + 1)));
}

/** The plain way: looks at every network. */
function scan(entries: ReadonlyMap<string, [Network, number]>, address: Network): number | undefined {
  return [...entries.values()]
    .filter(([network]) => contains(network, address))
    .sort(([one], [other]) => other.prefix - one.prefix)[0]?.[1];
}

describe('a map of networks', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('finds what a scan of all networks finds, with the seed %i', (seed) => {
    const random = randomFrom(seed);
    const map = new NetworkMap<number>();
    const entries = new Map<string, [Network, number]>();
    let found = 0;
    for (let step = 0; step < 2_000; step += 1) {
      const known = [...entries.values()];
      const [old] = known[Math.floor(random() * known.length)] ?? [];
      const network = old !== undefined && random() < 0.5 ? old : randomNetwork(random);
      if (random() < 0.55) {
        map.set(network, step);
        entries.set(textOf(network), [network, step]);
      } else {
        map.delete(network);
        entries.delete(textOf(network));
      }
      expect(map.size).toBe(entries.size);
      expect(map.get(network)).toBe(entries.get(textOf(network))?.[1]);
      for (const address of [network, randomNetwork(random, true), randomNetwork(random, true)]) {
        const one = networkOf(address.bits, address.bits.length * 32);
        const expected = scan(entries, one);
        found += expected === undefined ? 0 : 1;
        expect(map.match(one)).toBe(expected);
      }
    }
    expect(found).toBeGreaterThan(1_000);
    for (const [network] of entries.values()) {
      map.delete(network);
    }
    expect(map.size).toBe(0);
    expect(map.match(parseNetwork('1.2.3.4'))).toBeUndefined();
  });

  it('keeps IPv4 addresses out of IPv6 networks', () => {
    const map = new NetworkMap<string>();
    map.set(parseNetwork('::/0'), 'all of IPv6');
    expect(map.match(parseNetwork('1.2.3.4'))).toBeUndefined();
    expect(map.match(parseNetwork('2001:db8::1'))).toBe('all of IPv6');
    map.set(parseNetwork('::ffff:1.2.3.4'), 'mapped');
    expect(map.match(parseNetwork('1.2.3.4'))).toBe('mapped');
  });
});
