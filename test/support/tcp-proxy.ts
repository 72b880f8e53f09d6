import { connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { hold } from './fixture.js';

/** A TCP proxy that can misbehave as networks do. */
export class TcpProxy {
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private delayMs = 0;
  private target: { readonly host: string; readonly port: number };

  private constructor(
    private readonly server: Server,
    private readonly upstream: URL,
  ) {
    this.target = targetOf(upstream);
    server.on('connection', (client) => {
      this.forward(client);
    });
  }

  /** Listens on a port of its own, in front of the server that the URL names. Ends with the test, or with the suite. */
  static async start(upstream: string): Promise<TcpProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return hold(Promise.resolve(new TcpProxy(server, new URL(upstream))), (proxy) => proxy.stop());
  }

  /** The upstream's URL, but through the proxy. */
  get url(): string {
    const url = new URL(this.upstream.href);
    url.hostname = '127.0.0.1';
    url.port = String((this.server.address() as { port: number }).port);
    return url.href;
  }

  get connections(): number {
    return this.pairs.size;
  }

  /** Open connections carry nothing more, in either direction, and nobody is told: the peer has vanished. New ones work. */
  freezeOpen(): void {
    for (const [client, server] of this.pairs) {
      client.unpipe(server).pause();
      server.pause();
    }
  }

  /** Ends open connections, whatever is on its way. New ones work. */
  dropOpen(): void {
    this.pairs.forEach((pair) => {
      pair.forEach((socket) => socket.destroy());
    });
  }

  /** Everything that the upstream sends from now on arrives later by so many milliseconds. */
  delayReplies(ms: number): void {
    this.delayMs = ms;
  }

  /** New connections lead there. Open ones stay as they are. */
  retarget(upstream: string): void {
    this.target = targetOf(new URL(upstream));
  }

  private forward(client: Socket): void {
    const server = connect(this.target);
    const pair = [client, server] as const;
    this.pairs.add(pair);
    client.pipe(server);
    this.carry(server, client);
    for (const socket of pair) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.pairs.delete(pair);
        client.destroy();
        server.destroy();
      });
    }
  }

  /** A link with latency: it carries much at once, and keeps the order even if the latency has become shorter. */
  private carry(from: Socket, to: Socket): void {
    let last = 0;
    from.on('data', (chunk) => {
      last = Math.max(last, performance.now() + this.delayMs);
      // Nobody waits for what a dropped connection would still have carried.
      setTimeout(() => to.write(chunk), Math.max(0, last - performance.now())).unref();
    });
  }

  private stop(): void {
    this.dropOpen();
    this.server.close();
  }
}

function targetOf({ hostname, port }: URL): { host: string; port: number } {
  return { host: hostname, port: Number(port) };
}
