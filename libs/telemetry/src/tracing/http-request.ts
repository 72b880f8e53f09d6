import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Span, Tracing } from './tracing.js';

/** Methods of RFC 9110 and RFC 5789: the values allowed for `http.request.method`. */
const METHODS: ReadonlySet<string> = new Set(
  'GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH'.split(' '),
);

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly scheme: string;
  /** The matched route pattern. Called at the end of the request. */
  readonly route: () => string | undefined;
}

/**
 * Starts a span for a request, following the semantic conventions for HTTP. It ends when the response is closed. Omits
 * `url.path`, `url.query`, addresses and user agents: paths and queries may contain tokens, and the rest is personal
 * data.
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
  // 'close' is always the last event, even if the client disconnects before the response.
  response.once('close', () => {
    const matched = route();
    if (matched !== undefined) {
      span.rename(`${verb} ${matched}`);
      span.set({ 'http.route': matched });
    }
    describeResponse(span, response);
    span.end();
  });
  return span;
}

/** A 4xx isn't a server error (semantic conventions, "Status"). */
function describeResponse(span: Span, { statusCode, writableFinished }: ServerResponse): void {
  if (!writableFinished) {
    span.fail('aborted');
    return;
  }
  span.set({ 'http.response.status_code': statusCode });
  if (statusCode >= 500) {
    span.fail(String(statusCode));
  }
}
