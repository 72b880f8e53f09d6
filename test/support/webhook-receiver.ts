import type { IncomingHttpHeaders } from 'node:http';
import { useFixture } from './fixture.js';
import { holdReceiver } from './receiver.js';

/** An event as a receiver gets it. */
export interface ReceivedEvent {
  readonly id: string;
  readonly type: string;
  readonly version: number;
  readonly occurredAt: string;
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface ReceivedRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly event: ReceivedEvent;
}

interface Answer {
  readonly status: number | 'never';
  readonly headers: Readonly<Record<string, string>>;
  readonly afterMs: number;
}

/** A server that webhooks lead to. */
export interface WebhookReceiver {
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  /** What's sent to this path is answered with this status from now on, or never. */
  answer(
    path: string,
    status: number | 'never',
    headers?: Readonly<Record<string, string>>,
    options?: { readonly afterMs?: number },
  ): void;
}

/** Serves for the suite. Answers with 204 unless told otherwise. */
export function useWebhookReceiver(): WebhookReceiver {
  return useFixture(async () => {
    const requests: ReceivedRequest[] = [];
    const answers = new Map<string, Answer>();
    const { port } = await holdReceiver((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        const event = JSON.parse(body) as ReceivedEvent;
        requests.push({ path: request.url ?? '', headers: request.headers, body, event });
        const { status = 204, headers = {}, afterMs = 0 } = answers.get(request.url ?? '') ?? {};
        if (status !== 'never') {
          setTimeout(() => response.writeHead(status, headers).end(), afterMs);
        }
      });
    });
    return {
      url: `http://127.0.0.1:${port}`,
      requests,
      answer: (path, status, headers = {}, { afterMs = 0 } = {}) => {
        answers.set(path, { status, headers, afterMs });
      },
    };
  });
}
