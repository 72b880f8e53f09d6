import type { IncomingHttpHeaders } from 'node:http';
import { useFixture } from './fixture.js';
import { holdReceiver } from './receiver.js';

/** A text message as a gateway gets it. */
export interface ReceivedText {
  readonly id: string;
  readonly to: string;
  readonly text: string;
  readonly headers: IncomingHttpHeaders;
}

/** A gateway for text messages. */
export interface TestGateway {
  readonly url: string;
  readonly texts: readonly ReceivedText[];
  /** With what it answers from now on, or never. */
  answer(status: number | 'never'): void;
}

/** Serves for the suite. Accepts everything unless told otherwise. */
export function useSmsGateway(): TestGateway {
  return useFixture(async () => {
    const texts: ReceivedText[] = [];
    let status: number | 'never' = 202;
    const { port } = await holdReceiver((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Omit<ReceivedText, 'headers'>;
        texts.push({ ...body, headers: request.headers });
        if (status !== 'never') {
          response.writeHead(status, { Location: '/elsewhere' }).end('{}');
        }
      });
    });
    return {
      url: `http://127.0.0.1:${port}`,
      texts,
      answer: (next) => {
        status = next;
      },
    };
  });
}
