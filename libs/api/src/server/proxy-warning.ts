import type { FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { addressOf, canonicalAddress } from '#libs/http';

const INTERVAL_MS = 60_000;

/** Warns of headers that say who the client is and don't count, because they may be from a proxy that we don't know. */
export function createProxyWarning(logger: Logger): (request: FastifyRequest) => void {
  let quietUntil = 0;
  return (request) => {
    const { headers } = request;
    // Most requests have none of them, or come while we're quiet.
    if (headers.forwarded === undefined && headers['x-forwarded-for'] === undefined) {
      return;
    }
    const warning = Date.now() < quietUntil ? undefined : warningAbout(request);
    if (warning !== undefined) {
      quietUntil = Date.now() + INTERVAL_MS;
      logger.warn({ remoteAddress: canonicalAddress(request.socket.remoteAddress ?? '') }, warning);
    }
  };
}

function warningAbout(request: FastifyRequest): string | undefined {
  const { headers, socket, server } = request;
  const peer = socket.remoteAddress ?? '';
  const isFromProxy = server.trustedProxies?.includes(peer) === true;
  const both = headers['x-forwarded-for'] !== undefined && headers.forwarded !== undefined;
  if (!isFromProxy) {
    const name = headers['x-forwarded-for'] === undefined ? 'Forwarded' : 'X-Forwarded-For';
    return (
      `ignored ${name} from an address that is not in TRUSTED_PROXIES: ` +
      'if it is your load balancer, all its clients share one rate limit until you add its address'
    );
  }
  const other = both ? server.trustedProxies?.clientOf(peer, headers.forwarded ?? '') : undefined;
  return other === undefined || canonicalAddress(other) === addressOf(request)
    ? undefined
    : 'X-Forwarded-For and Forwarded name different clients, and the former counts: ' +
        'make your proxy remove the one that it does not write, because clients can claim anything in it';
}
