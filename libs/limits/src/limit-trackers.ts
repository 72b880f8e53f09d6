import { isIPv6 } from 'node:net';
import type { FastifyRequest } from 'fastify';
import type { Mac } from '#libs/crypto';
import { addressOf } from '#libs/http';

/** Tracks signed-in users by ID, from any address, and everyone else by address. */
export function trackCaller(request: FastifyRequest, mac: Mac): string {
  return request.principal?.userId ?? trackAddress(request, mac);
}

/** Tracks by a keyed hash of the address, so that Redis stores no addresses. */
export function trackAddress(request: FastifyRequest, mac: Mac): string {
  return mac.sign(clientOf(request));
}

/** Tracks requests with an API key by its ID. */
export function trackKey({ principal }: FastifyRequest): string {
  return principal?.kind === 'api-key' ? principal.keyId : '';
}

/** The client's address or, if it's an IPv6 address, its network. */
export function clientOf(request: FastifyRequest): string {
  const address = addressOf(request);
  return isIPv6(address) ? networkOf(address) : address;
}

/** A subscriber has a whole /64 of IPv6 addresses (RFC 6177), so they count as one. */
function networkOf(address: string): string {
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? [] : Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...zeros, ...right].slice(0, 4).join(':');
}
