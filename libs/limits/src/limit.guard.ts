import { type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import {
  InjectThrottlerOptions,
  InjectThrottlerStorage,
  ThrottlerGuard,
  type ThrottlerModuleOptions,
  type ThrottlerOptions,
  type ThrottlerRequest,
} from '@nestjs/throttler';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { appendHeader, perHandler } from '#libs/http';
import { tooManyRequests } from '#libs/problem';
import { secondsUntilReset, type Verdict } from './hit.js';
import { hitOf, LimitStorage } from './limit.storage.js';

/** The result of counting a request against a limit. */
interface Count {
  /** For the `RateLimit` header. */
  readonly state: string;
  /** For the `RateLimit-Policy` header. */
  readonly policy: string;
  /** Seconds. 0 if the request is allowed. */
  readonly retryAfter: number;
}

/** A limit as configured by the module. */
interface Limit extends ThrottlerOptions {
  name: string;
  limit: number;
  ttl: number;
  blockDuration?: number;
  getTracker: (request: Record<string, unknown>) => string;
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
    isDecorated(handler) || isDecorated(controller) ? null : this.throttlers,
  );

  /** @throws Problem `too-many-requests` */
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const configured = this.limitsOf(context);
    if (!configured) {
      return super.canActivate(context);
    }
    const limits = configured.filter(({ skipIf }) => !skipIf?.(context)) as Limit[];
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const counts = limits.map((limit) => this.count(limit, `${limit.name}:${trackerOf(limit, request)}`));
    const pending = counts.some((count) => count instanceof Promise);
    return conclude(context, pending ? await Promise.all(counts) : (counts as Count[]));
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
    const configured = throttler as Limit;
    const tracker = await getTracker(request, context);
    const isOwn = limit !== configured.limit || ttl !== configured.ttl || blockDuration !== ttl;
    // A route's own limit has its own window. Otherwise, requests to other routes would use it up.
    const key = isOwn ? generateKey(context, tracker, configured.name) : `${configured.name}:${tracker}`;
    return conclude(context, [await this.count({ ...configured, limit, ttl, blockDuration }, key)]);
  }

  /** @returns the result at once if it's certain without Redis, as it usually is */
  private count(limit: Limit, key: string): Count | Promise<Count> {
    const verdict = this.storage.count(hitOf(limit, key), limit.name);
    return verdict instanceof Promise
      ? verdict.then((counted) => countOf(limit, counted))
      : countOf(limit, verdict);
  }
}

function countOf({ name, limit, ttl }: Limit, verdict: Verdict): Count {
  const seconds = secondsUntilReset(verdict);
  return {
    state: `"${name}";r=${verdict.remaining};t=${seconds}`,
    policy: `"${name}";q=${limit};w=${Math.ceil(ttl / 1000)}`,
    retryAfter: verdict.allowed ? 0 : seconds,
  };
}

function trackerOf({ getTracker }: Limit, request: FastifyRequest): string {
  return getTracker(request as unknown as Record<string, unknown>);
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
