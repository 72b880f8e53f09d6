import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';

/** Resolves a name to all of its addresses, as `dns.lookup` does. */
export type Resolver = (
  hostname: string,
  options: { readonly all: true; readonly verbatim: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** The address may not be called, and nothing has been sent to it. */
export class AddressRefused extends Error {}

/**
 * A `lookup` for sockets, which connect to exactly those addresses that it returns. So a name can't resolve to a public
 * address when it's checked, and to a private one when it's called (DNS rebinding). One bad address refuses the whole
 * name: nobody mixes public and private addresses for a good reason.
 */
export function checkedLookup(resolve: Resolver, mayCall: (address: string) => boolean): LookupFunction {
  return (hostname, { all }, done) => {
    resolve(hostname, { all: true, verbatim: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error) {
        done(error, []);
      } else if (!first) {
        done(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), []);
      } else if (!addresses.every(({ address }) => mayCall(address))) {
        done(new AddressRefused(), []);
      } else if (all) {
        done(null, addresses);
      } else {
        done(null, first.address, first.family);
      }
    });
  };
}
