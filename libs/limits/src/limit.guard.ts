import { type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import {
  InjectThrottlerOptions,
  InjectThrottlerStorage,
  ThrottlerGuard,
  type ThrottlerModuleOptions,
  type ThrottlerRequest,
} from '@nestjs/throttler';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { appendHeader, perHandler } from '#libs/http';
import { tooManyRequests } from '#libs/problem';
import type { ConfiguredLimit } from './configured-limits.js';
import { type Hit, secondsUntilReset, type Verdict } from './hit.js';
import { hitOf, LimitStorage } from './limit.storage.js';
import type { LimitName, Rate } from './policies.js';

/** The result of counting a request against a limit. */
interface Count {
  /** For the `RateLimit` header. */
  readonly state: string;
  /** For the `RateLimit-Policy` header. */
  readonly policy: string;
  /** Seconds. 0 if the request is allowed. */
  readonly retryAfter: number;
}

/**
 * The throttler's guard, with the headers of the IETF draft (draft-ietf-httpapi-ratelimit-headers-11). The throttler
 * handles routes with its own decorators. Nearly all routes have none; for them, the lookup is cached.
 */
@Injectable()
export class LimitGuard extends ThrottlerGuard {
  constructor(
    @InjectThrottlerOptions() options: ThrottlerModuleOptions,
    @InjectThrottlerStorage() private readonly storage: LimitStorage,
    reflector: Reflector,
  ) {
    super(options, storage, reflector);
  }

  private readonly limitsOf = perHandler((handler, controller) =>
    isDecorated(handler) || isDecorated(controller)
      ? null
      : (this.throttlers as ConfiguredLimit[]).filter(({ appliesTo }) => appliesTo(handler, controller)),
  );

  /** @throws Problem `too-many-requests` */
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const limits = this.limitsOf(context);
    if (!limits) {
      return super.canActivate(context);
    }
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const counts: (Count | Promise<Count>)[] = [];
    for (const limit of limits) {
      const rate = limit.rateOf(request);
      if (rate) {
        counts.push(this.count(limit.name, hitOf(throttlingOf(rate), sharedKey(limit, request))));
      }
    }
    const pending = counts.some((count) => count instanceof Promise);
    return conclude(
      context,
      pending ? await Promise.all(counts.map((count) => Promise.resolve(count))) : (counts as Count[]),
    );
  }

  /** Called by the throttler for routes with its decorators. */
  protected override async handleRequest({
    context,
    limit,
    ttl,
    throttler,
    blockDuration,
    getTracker,
    generateKey,
  }: ThrottlerRequest): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const configured = throttler as ConfiguredLimit;
    const { name } = configured;
    const rate = configured.rateOf(request);
    if (limit !== configured.limit || ttl !== configured.ttl || blockDuration !== ttl) {
      // A route's own limit has its own window. Otherwise, requests to other routes would use it up.
      const key = generateKey(context, await getTracker(request, context), name);
      return conclude(context, [await this.count(name, hitOf({ limit, ttl, blockDuration }, key))]);
    }
    const hit = rate && hitOf(throttlingOf(rate), sharedKey(configured, request));
    return conclude(context, hit ? [await this.count(name, hit)] : []);
  }

  /** @returns the result at once if it's certain without Redis, as it usually is */
  private count(name: LimitName, hit: Hit): Count | Promise<Count> {
    const verdict = this.storage.count(hit, name);
    return verdict instanceof Promise
      ? verdict.then((counted) => countOf(name, hit, counted))
      : countOf(name, hit, verdict);
  }
}

/** Of all routes that have no limit of their own. */
function sharedKey({ name, getTracker }: ConfiguredLimit, request: FastifyRequest): string {
  return `${name}:${getTracker(request as unknown as Record<string, unknown>)}`;
}

/** In the throttler's terms. */
function throttlingOf({ limit, windowSeconds }: Rate): { limit: number; ttl: number } {
  return { limit, ttl: windowSeconds * 1000 };
}

function countOf(name: LimitName, { limit, windowMs }: Hit, verdict: Verdict): Count {
  const seconds = secondsUntilReset(verdict);
  return {
    state: `"${name}";r=${verdict.remaining};t=${seconds}`,
    policy: `"${name}";q=${limit};w=${Math.ceil(windowMs / 1000)}`,
    retryAfter: verdict.allowed ? 0 : seconds,
  };
}

/** Whether the target has `@SkipThrottle()` or `@Throttle()`, which store metadata under keys of this form. */
function isDecorated(target: object): boolean {
  return Reflect.getMetadataKeys(target).some((key) => String(key).startsWith('THROTTLER:'));
}

/** @throws Problem `too-many-requests` */
function conclude(context: ExecutionContext, counts: readonly Count[]): true {
  const reply = context.switchToHttp().getResponse<FastifyReply>();
  let retryAfter = 0;
  for (const count of counts) {
    appendHeader(reply, 'RateLimit', count.state);
    appendHeader(reply, 'RateLimit-Policy', count.policy);
    retryAfter = Math.max(retryAfter, count.retryAfter);
  }
  if (retryAfter > 0) {
    throw tooManyRequests({ headers: { 'Retry-After': String(retryAfter) } });
  }
  return true;
}
