import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { perHandler } from '#libs/http';
import { CallerSlots } from './caller-slots.js';
import { clientOf } from './limit-trackers.js';
import { hasOwnSlots, needsSlot } from './limited.js';

/** Of the ten connections to PostgreSQL, one caller can't take more than these. */
const SLOTS_PER_CALLER = 4;
/** About a thousand requests without a body, or 40 of the largest. */
const WAITING_BYTES_PER_CALLER = 4 * 1024 * 1024;
const WAITING_BYTES = 32 * 1024 * 1024;
const MAX_WAIT_MS = 10_000;
const CHECK_MS = 1_000;
/** Apart from its body. */
const REQUEST_BYTES = 4 * 1024;
const MAX_BODY_BYTES = 100 * 1024;

declare module 'fastify' {
  interface FastifyRequest {
    /** The caller whose slot the request has. */
    slot: string | undefined;
  }
}

export function createSlots(): CallerSlots {
  return new CallerSlots({
    perCaller: SLOTS_PER_CALLER,
    waitingBytesPerCaller: WAITING_BYTES_PER_CALLER,
    waitingBytes: WAITING_BYTES,
    maxWaitMs: MAX_WAIT_MS,
    checkMs: CHECK_MS,
  });
}

/**
 * Waits for a slot of the caller: of the user, or of the address without a valid token. Routes without rate limits need
 * none, so that probes don't wait for other requests of their load balancer, nor do those with `@NeedsNoSlot()`.
 */
@Injectable()
export class SlotGuard implements CanActivate {
  private readonly isExempt = perHandler((handler, controller) => !needsSlot(handler, controller));
  private readonly isApart = perHandler((handler) => hasOwnSlots(handler));

  constructor(private readonly slots: CallerSlots) {}

  /** @throws Problem `too-many-requests`, `unavailable` */
  canActivate(context: ExecutionContext): true | Promise<true> {
    if (this.isExempt(context)) {
      return true;
    }
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const name = request.principal?.userId ?? clientOf(request);
    const caller = this.isApart(context) ? `${name} uploads` : name;
    if (this.slots.tryAcquire(caller)) {
      request.slot = caller;
      return true;
    }
    return this.slots
      .acquire(caller, bytesOf(request), () => request.raw.socket.destroyed)
      .then((started) => {
        request.slot = caller;
        return started;
      });
  }
}

/**
 * Releases slots when handlers have finished. Not when responses have been sent: a handler goes on after its client has
 * disconnected, so a caller could otherwise run any number of them. Call it before routes are registered.
 */
export function releaseSlots(fastify: FastifyInstance, slots: CallerSlots): void {
  fastify.decorateRequest('slot', undefined);
  fastify.addHook('onRoute', (route) => {
    const { handler } = route;
    route.handler = function (request, reply) {
      const handled: unknown = handler.call(this, request, reply);
      // Nest's handlers are all asynchronous, and only its guards give out slots.
      if (handled instanceof Promise) {
        const release = (): void => releaseSlot(request, slots);
        handled.then(release, release);
      }
      return handled;
    };
  });
}

/** Releases a request's slot early, if it has one: for a response that goes on long after the work is done. */
export function releaseSlot(request: FastifyRequest, slots: CallerSlots): void {
  const { slot } = request;
  if (slot !== undefined) {
    request.slot = undefined;
    slots.release(slot);
  }
}

function bytesOf({ headers }: FastifyRequest): number {
  const length = Number(headers['content-length'] ?? (headers['transfer-encoding'] ? MAX_BODY_BYTES : 0));
  return REQUEST_BYTES + Math.min(length, MAX_BODY_BYTES);
}
