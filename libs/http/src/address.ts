import { isIP, isIPv4, SocketAddress } from 'node:net';
import type { FastifyRequest } from 'fastify';

/**
 * The client's IP address, in its one spelling. Trusted proxies pass it on in `X-Forwarded-For`, or in `Forwarded` (RFC 7239)
 * if a request doesn't have the former: a proxy that only knows that one passes on whatever a client claims in the other.
 * Some gateways send a port along. It's removed, so that a new port doesn't look like a new client. If the header doesn't
 * contain an IP address, the socket's address is used.
 */
export function addressOf(request: FastifyRequest): string {
  const { ip, socket, headers, server } = request;
  const peer = socket.remoteAddress ?? '';
  if (headers.forwarded !== undefined && headers['x-forwarded-for'] === undefined) {
    return canonicalAddress(server.trustedProxies?.clientOf(peer, headers.forwarded) ?? peer);
  }
  if (isIP(ip) !== 0) {
    return canonicalAddress(ip);
  }
  const host = /^\[(.+)\](?::\d+)?$/.exec(ip)?.[1] ?? /^([^:]+):\d+$/.exec(ip)?.[1] ?? '';
  return canonicalAddress(isIP(host) === 0 ? peer : host);
}

/**
 * One spelling for each address, so that a client can't evade a limit by choosing another. IPv6 as in RFC 5952, without
 * a zone. An IPv4-mapped address is the IPv4 address (RFC 4291, section 2.5.5.2): a socket that accepts both families
 * reports IPv4 clients this way.
 */
export function canonicalAddress(address: string): string {
  if (isIPv4(address) || isIP(address) === 0) {
    return address;
  }
  const [bare = ''] = address.split('%');
  const spelling = new SocketAddress({ address: bare, family: 'ipv6' }).address;
  return /^::ffff:(\d+(?:\.\d+){3})$/.exec(spelling)?.[1] ?? spelling;
}
