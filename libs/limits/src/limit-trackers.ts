import { isIPv6 } from 'node:net';
import type { FastifyRequest } from 'fastify';
import type { Mac } from '#libs/crypto';
import { addressOf } from '#libs/http';
import { parseAddress, subscriberOf, textOf } from '#libs/networks';

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
  const parsed = isIPv6(address) ? parseAddress(address) : undefined;
  return parsed ? textOf(subscriberOf(parsed)) : address;
}
