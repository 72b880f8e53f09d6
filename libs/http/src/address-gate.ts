import { Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { addressDenied } from '#libs/problem';
import { addressOf } from './address.js';
import { sendProblem } from './problem-document.js';
import { type RefusalOptions, Refusals } from './refusals.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Anyone may call the route, from any address. */
    ignoresAddressRules?: boolean;
  }
}

type Denies = (address: string) => boolean;

/** Knows which addresses may not send requests. Whoever has rules for that registers. */
@Injectable()
export class AddressGate {
  private readonly checks: Denies[] = [];

  /** @param denies whether an address is refused, in the spelling of `addressOf`. Runs for every request */
  refuseThoseOf(denies: Denies): void {
    this.checks.push(denies);
  }

  refuses(address: string): boolean {
    return this.checks.some((denies) => denies(address));
  }
}

/**
 * Refuses requests of denied addresses before any other work: before their body is read, before tracing and before Nest. Call
 * it before other hooks are added.
 */
export function refuseDeniedAddresses(
  fastify: FastifyInstance,
  gate: AddressGate,
  options: RefusalOptions,
): void {
  const refusals = new Refusals(options);
  fastify.addHook('onRequest', (request, reply, done) => {
    if (request.routeOptions.config?.ignoresAddressRules === true || !gate.refuses(addressOf(request))) {
      done();
      return;
    }
    // The hooks that would add these come later. What such a client sends next isn't worth a connection either.
    void reply.headers({ ...refusals.headersFor(request.raw), Connection: 'close' });
    void sendProblem(request, reply, addressDenied(), options.publicUrl);
  });
}
