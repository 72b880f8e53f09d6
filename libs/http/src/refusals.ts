import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Problem } from '#libs/problem';
import { corsHeadersFor } from './cors.js';
import { problemDocument } from './problem-document.js';
import { requestIdOf } from './request-id.js';
import { securityHeadersFor } from './security-headers.js';

export interface RefusalOptions {
  /** Base URL of the problem pages. */
  readonly publicUrl: string;
  readonly corsOrigins: readonly string[];
}

/**
 * Answers requests that never reach Fastify, and so none of its hooks. The response has the same headers as any other,
 * as far as the request is known, and ends the connection.
 */
export class Refusals {
  constructor(private readonly options: RefusalOptions) {}

  /** As the response to a request that has been parsed. */
  send(request: IncomingMessage, response: ServerResponse, problem: Problem): void {
    const { headers, body } = this.render(problem, request);
    response.writeHead(problem.definition.status, headers).end(body);
  }

  /** On the socket itself, because Node's parser failed before there was a request, or in the middle of its body. */
  sendRaw(socket: Socket, problem: Problem, request?: IncomingMessage): void {
    const { headers, body } = this.render(problem, request);
    const { status, title } = problem.definition;
    const lines = Object.entries(headers).flatMap(([name, value]) =>
      [value].flat().map((one) => `${name}: ${one}\r\n`),
    );
    socket.end(`HTTP/1.1 ${status} ${title}\r\n${lines.join('')}\r\n${body}`);
  }

  /** Headers for a response that only bypasses the hooks. */
  headersFor(request?: IncomingMessage): Record<string, string> {
    const { publicUrl, corsOrigins } = this.options;
    return { ...securityHeadersFor(publicUrl), ...corsHeadersFor(request?.headers.origin, corsOrigins) };
  }

  private render(
    problem: Problem,
    request: IncomingMessage | undefined,
  ): { headers: Record<string, string | string[]>; body: string } {
    const requestId = requestIdOf(request ?? { headers: {} });
    const path = request?.url?.split('?', 1)[0] || '/';
    const { headers, body } = problemDocument(problem, {
      publicUrl: this.options.publicUrl,
      path,
      requestId,
    });
    return {
      headers: {
        ...this.headersFor(request),
        ...headers,
        'Content-Length': String(Buffer.byteLength(body)),
        'X-Request-Id': requestId,
        Connection: 'close',
      },
      body,
    };
  }
}
