import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { Server, ServerCredentials, type ServerWritableStream } from '@grpc/grpc-js';
import { accountsProto } from '#libs/contracts';
import { isInBackground } from '#libs/lifecycle';
import { GrpcClient } from '../../../test/support/grpc-client.js';
import { hold, useFixture } from '../../../test/support/fixture.js';
import { eventually } from '../../../test/support/eventually.js';
import { serviceDefinitionOf } from './definition.js';
import { streamTo } from './stream-to.js';

const { AccountsService } = accountsProto;
const { streamUsers } = AccountsService.method;
const MESSAGES = 5_000;
const NAME = 'x'.repeat(1_000);

interface Produced {
  count: number;
  isClosed: boolean;
  isInBackground: boolean;
}

interface Received {
  readonly user: { readonly id: string };
}

/** A server whose stream has far more messages than fit into its buffers. */
function useStreamServer() {
  return useFixture(async () => {
    const server = new Server();
    const produced: Produced = { count: 0, isClosed: false, isInBackground: false };
    const messages = async function* () {
      try {
        for (; produced.count < MESSAGES; produced.count += 1) {
          produced.isInBackground = isInBackground();
          yield { user: { id: String(produced.count), displayName: NAME } };
        }
      } finally {
        produced.isClosed = true;
      }
    };
    const send = (call: ServerWritableStream<unknown, object>): void => {
      streamTo(call, messages()).subscribe({ complete: () => call.end() });
    };
    server.addService(serviceDefinitionOf(AccountsService), { streamUsers: send });
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      ),
    );
    const client = new GrpcClient(`127.0.0.1:${port}`);
    return hold(Promise.resolve({ produced, client }), async () => {
      client.close();
      server.forceShutdown();
    });
  });
}

/** Waits until no more messages are asked for. */
async function standstill(produced: Produced): Promise<number> {
  for (let before = -1; before !== produced.count;) {
    before = produced.count;
    await delay(100);
  }
  return produced.count;
}

describe('a stream', () => {
  const { client, produced } = useStreamServer();

  it('asks for messages only as fast as its client reads them', async () => {
    const received = client.stream(streamUsers, {})[Symbol.asyncIterator]() as AsyncIterator<Received>;
    const read = async (): Promise<string | undefined> => (await received.next()).value?.user.id;
    expect(await read()).toBe('0');
    expect(await standstill(produced)).toBeLessThan(MESSAGES / 2);
    expect(produced.isInBackground).toBe(true);
    for (let next = 1; next < MESSAGES; next += 1) {
      expect(await read()).toBe(String(next));
    }
    expect(await read()).toBeUndefined();
  });
});

describe('a stream that its client cancels', () => {
  const { client, produced } = useStreamServer();

  it('ends, also while it waits for the client', async () => {
    const stream = client.stream(streamUsers, {});
    stream.on('error', () => undefined);
    await stream[Symbol.asyncIterator]().next();
    await standstill(produced);
    expect(produced.isClosed).toBe(false);
    stream.cancel();
    await eventually(() => expect(produced.isClosed).toBe(true));
    expect(produced.count).toBeLessThan(MESSAGES / 2);
  });
});
