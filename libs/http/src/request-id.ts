import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What IDs look like. Anything else could forge log lines, or be an email address that must not be logged. */
const SANE_REQUEST_ID = /^[A-Za-z0-9._:=+/-]{1,128}$/;

/** The caller's `X-Request-Id` if it's valid, otherwise a new one. */
export function requestIdOf(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && SANE_REQUEST_ID.test(given) ? given : randomUUID();
}
