import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hold, useFixture } from './fixture.js';

export interface PathProxy {
  /** What the outside world calls the application, such as `http://127.0.0.1:40000/accounts`. */
  readonly url: string;
  /** Forwards from now on to the application at this URL. */
  leadTo(url: string): void;
}

/** A reverse proxy that publishes an application under `path`, and removes `path` from what it forwards. */
export function usePathProxy(path: string): PathProxy {
  return useFixture(async () => {
    let target = '';
    const server = createServer((incoming, outgoing) => {
      const { url = '' } = incoming;
      if (!url.startsWith(`${path}/`)) {
        outgoing.writeHead(404).end('another application');
        return;
      }
      forward(`${target}${url.slice(path.length)}`, incoming, outgoing);
    });
    await hold(listening(server), () => closed(server));
    const { port } = server.address() as AddressInfo;
    return {
      url: `http://127.0.0.1:${port}${path}`,
      leadTo: (url: string) => {
        target = url;
      },
    };
  });
}

function forward(url: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { method, headers } = incoming;
  const onward = request(url, { method, headers, agent: false }, (response) => {
    outgoing.writeHead(response.statusCode ?? 502, response.headers);
    response.pipe(outgoing);
  });
  onward.on('error', () => outgoing.destroy());
  incoming.pipe(onward);
}

async function listening(server: Server): Promise<void> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}
