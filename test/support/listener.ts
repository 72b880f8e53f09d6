import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hold, useFixture } from './fixture.js';

/** A web server of an attacker, which answers everything with the same JSON. */
export interface Listener {
  readonly url: string;
  /** The paths that someone has asked for. */
  readonly asked: string[];
  /** What it answers from now on. */
  serve(body: unknown): void;
}

export function useListener(): Listener {
  return useFixture(async () => {
    const asked: string[] = [];
    let served: unknown = {};
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.setHeader('content-type', 'application/json').end(JSON.stringify(served));
    }).listen(0, '127.0.0.1');
    await hold(once(server, 'listening'), () => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    return {
      url: `http://127.0.0.1:${port}`,
      asked,
      serve: (body: unknown) => {
        served = body;
      },
    };
  });
}
