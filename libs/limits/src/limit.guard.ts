import { isIPv6 } from 'node:net';
import { type ExecutionContext, Inject, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import {
  getOptionsToken,
  getStorageToken,
  type ThrottlerModuleOptions,
  ThrottlerGuard,
  type ThrottlerStorage,
} from '@nestjs/throttler';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Mac, MacFactory } from '#libs/crypto';
import { tooManyRequests } from '#libs/problem';
import { addressOf } from '#libs/http';

/** The limits by name: `default` for any route by caller, `auth` for credentials by address. */
export const LIMITS = ['default', 'auth'] as const;
export type LimitName = (typeof LIMITS)[number];

const NAMES = Symbol('limits');

/** Which limits a route has; without this decorator it is `default` alone. */
export function Limited(...names: LimitName[]): MethodDecorator & ClassDecorator {
  return SetMetadata(NAMES, names);
}

/** Exempt from every limit, as probes and public documents are. */
export function Unlimited(): MethodDecorator & ClassDecorator {
  return Limited();
}

export function limitsOf(handler: object, controller: object): readonly LimitName[] {
  const names = (Reflect.getMetadata(NAMES, handler) ?? Reflect.getMetadata(NAMES, controller)) as
    LimitName[] | undefined;
  return names ?? ['default'];
}

interface Policy {
  readonly name: string;
  readonly limit: number;
  readonly windowMs: number;
  /** As `RateLimit-Policy` states it. */
  readonly header: string;
}

/**
 * The throttler's guard with the headers of the IETF draft (draft-ietf-httpapi-ratelimit-headers-11). Each route's
 * policies are looked up once.
 */
@Injectable()
export class LimitGuard extends ThrottlerGuard {
  private readonly policies = new WeakMap<object, readonly Policy[]>();
  private readonly mac: Mac;

  constructor(
    @Inject(getOptionsToken()) options: ThrottlerModuleOptions,
    @Inject(getStorageToken()) storage: ThrottlerStorage,
    reflector: Reflector,
    macs: MacFactory,
  ) {
    super(options, storage, reflector);
    this.mac = macs.for('limit-address');
  }

  /** @throws Problem `too-many-requests` */
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const policies = this.policiesOf(context);
    if (policies.length === 0) {
      return true;
    }
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const results = await Promise.all(policies.map((policy) => this.count(request, policy)));
    const reply = http.getResponse<FastifyReply>();
    void reply
      .header('RateLimit', results.map(({ state }) => state).join(', '))
      .header('RateLimit-Policy', policies.map(({ header }) => header).join(', '));
    const retryAfter = Math.max(...results.map((result) => result.retryAfter));
    if (retryAfter > 0) {
      throw tooManyRequests({ headers: { 'Retry-After': String(retryAfter) } });
    }
    return true;
  }

  private async count(
    request: FastifyRequest,
    { name, limit, windowMs }: Policy,
  ): Promise<{ state: string; retryAfter: number }> {
    const key = `${name}:${this.callerOf(request, name)}`;
    const record = await this.storageService.increment(key, windowMs, limit, windowMs, name);
    return {
      state: `"${name}";r=${limit - record.totalHits};t=${record.timeToExpire}`,
      retryAfter: record.isBlocked ? record.timeToBlockExpire : 0,
    };
  }

  /**
   * A signed-in user wherever they are; else, and for credentials always, the address: as a keyed hash, so that Redis
   * holds no addresses.
   */
  private callerOf(request: FastifyRequest, name: string): string {
    if (name === 'default' && request.principal) {
      return request.principal.userId;
    }
    const address = addressOf(request);
    return this.mac.sign(isIPv6(address) ? networkOf(address) : address);
  }

  private policiesOf(context: ExecutionContext): readonly Policy[] {
    const handler = context.getHandler();
    let policies = this.policies.get(handler);
    if (!policies) {
      const names: readonly string[] = limitsOf(handler, context.getClass());
      policies = this.throttlers
        .filter(({ name = 'default' }) => names.includes(name))
        .map(({ name = 'default', limit, ttl }) => ({
          name,
          limit: Number(limit),
          windowMs: Number(ttl),
          header: `"${name}";q=${Number(limit)};w=${Number(ttl) / 1000}`,
        }));
      this.policies.set(handler, policies);
    }
    return policies;
  }
}

/** One subscriber has a whole /64 of IPv6 addresses (RFC 6177), so they count as one. */
function networkOf(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1];
  if (mapped) {
    return mapped;
  }
  const [head = '', tail] = (ip.split('%')[0] ?? '').split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? [] : Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...zeros, ...right]
    .slice(0, 4)
    .map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''))
    .join(':');
}
