import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';

/**
 * The client's IP address. Some gateways send a port along in `X-Forwarded-For`. It's removed, so that a new port
 * doesn't look like a new client. If the header doesn't contain an IP address, the socket's address is used.
 */
export function addressOf({ ip, socket }: FastifyRequest): string {
  if (isIP(ip) !== 0) {
    return ip;
  }
  const host = /^\[(.+)\](?::\d+)?$/.exec(ip)?.[1] ?? /^([^:]+):\d+$/.exec(ip)?.[1] ?? '';
  return isIP(host) === 0 ? (socket.remoteAddress ?? '') : host;
}
