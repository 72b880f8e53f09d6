import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';

/**
 * The address of the client. What a trusted proxy says of it may carry a port, as some gateways send, and a port must
 * not make another caller of the same one; what is no address at all is not taken over from a header.
 */
export function addressOf({ ip, socket }: FastifyRequest): string {
  if (isIP(ip) !== 0) {
    return ip;
  }
  const host = /^\[(.+)\](?::\d+)?$/.exec(ip)?.[1] ?? /^([^:]+):\d+$/.exec(ip)?.[1] ?? '';
  return isIP(host) === 0 ? (socket.remoteAddress ?? '') : host;
}
