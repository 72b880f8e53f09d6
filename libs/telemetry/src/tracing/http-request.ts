import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Span, Tracing } from './tracing.js';

/** Of RFC 9110 and RFC 5789: what `http.request.method` may say. */
const METHODS: ReadonlySet<string> = new Set(
  'GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH'.split(' '),
);

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly scheme: string;
  /** The pattern that the path matched, asked for at the end. */
  readonly route: () => string | undefined;
}

/**
 * A span for a request, by the semantic conventions for HTTP; it ends when the connection is done with the answer.
 * `url.path`, `url.query`, addresses and user agents are left out: paths and queries may hold tokens, and the rest is
 * about a person.
 */
export function traceRequest(tracing: Tracing, { request, response, scheme, route }: Exchange): Span {
  const { method = '', headers, httpVersion } = request;
  const verb = METHODS.has(method) ? method : 'HTTP';
  const { traceparent } = headers;
  const span = tracing.begin({
    name: verb,
    kind: 'server',
    parent: typeof traceparent === 'string' ? traceparent : null,
    attributes: {
      'http.request.method': METHODS.has(method) ? method : '_OTHER',
      'url.scheme': scheme,
      'network.protocol.version': httpVersion,
    },
  });
  // Comes last, also when the caller leaves before the answer.
  response.once('close', () => {
    const matched = route();
    if (matched !== undefined) {
      span.rename(`${verb} ${matched}`);
      span.set({ 'http.route': matched });
    }
    describeAnswer(span, response);
    span.end();
  });
  return span;
}

/** What the caller did wrong is no error of the server (semantic conventions, "Status"). */
function describeAnswer(span: Span, { statusCode, writableFinished }: ServerResponse): void {
  if (!writableFinished) {
    span.fail('aborted');
    return;
  }
  span.set({ 'http.response.status_code': statusCode });
  if (statusCode >= 500) {
    span.fail(String(statusCode));
  }
}
