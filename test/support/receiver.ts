import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { hold } from './fixture.js';

/** A server that counts who connects, on every address of this machine. */
export interface Receiver {
  readonly port: number;
  /** The local address of each connection so far, in order. IPv4 addresses are IPv4-mapped if the machine has IPv6. */
  readonly connections: readonly string[];
  /**
   * How many connections there were, apart from the one that this makes. Servers accept in order, so it comes after all
   * others.
   */
  countOthers(): Promise<number>;
}

/** Serves until the test is over, or the suite. With `tls`, over https. */
export function holdReceiver(
  answer: RequestListener,
  {
    tls,
    host,
  }: { readonly tls?: { readonly key: string; readonly cert: string }; readonly host?: string } = {},
): Promise<Receiver> {
  const server: Server = tls ? createHttpsServer(tls, answer) : createHttpServer(answer);
  const listening = new Promise<Server>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, () => resolve(server));
  });
  return hold(
    listening.then(() => receiverOf(server)),
    () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  );
}

function receiverOf(server: Server): Receiver {
  const { port } = server.address() as AddressInfo;
  const connections: string[] = [];
  server.on('connection', ({ localAddress }) => connections.push(localAddress ?? ''));
  let probes = 0;
  return {
    port,
    connections,
    countOthers: async () => {
      // Neither HTTP nor TLS, so the server closes it as soon as it has accepted it.
      const probe = connect(port, '127.0.0.1').on('error', () => undefined);
      probe.resume().end('probe\r\n\r\n');
      await new Promise((resolve) => probe.once('close', resolve));
      probes += 1;
      return connections.length - probes;
    },
  };
}
