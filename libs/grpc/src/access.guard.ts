import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Metadata, ServerUnaryCall } from '@grpc/grpc-js';
import { Clock } from '#libs/clock';
import { MacFactory } from '#libs/crypto';
import { type ApiKeyPrincipal, Authentication, type Permission, PermissionLookup } from '#libs/permissions';
import { forbidden, malformedRequest, unauthenticated } from '#libs/problem';
import { textOf } from './call-context.js';
import { Undecodable } from './definition.js';
import { ServiceCredentials } from './service-credentials.js';

export const RequiredPermission = Reflector.createDecorator<Permission>();

/** Who calls: an API key, or a service. */
export type GrpcCaller = ApiKeyPrincipal | 'service';

const callers = new WeakMap<object, GrpcCaller>();
/** How to check the API keys of calls once more. */
const checks = new WeakMap<object, () => Promise<unknown>>();

/** @param call the last argument of a handler */
export function callerOf(call: object): GrpcCaller {
  const caller = callers.get(call);
  if (!caller) {
    throw new Error('the call was not checked: its controller needs @GrpcController()');
  }
  return caller;
}

/**
 * Checks once more whether the API key of a call that goes on for long is still good.
 * @throws Problem `unauthenticated`, `forbidden`
 */
export async function checkAgain(call: object): Promise<void> {
  await checks.get(call)?.();
}

/**
 * Services with a certificate, and our own processes, may call everything. All others need an API key that grants the
 * service's permission.
 */
@Injectable()
export class GrpcAccessGuard implements CanActivate {
  private readonly services: ServiceCredentials;

  constructor(
    private readonly reflector: Reflector,
    private readonly authentication: Authentication,
    private readonly permissions: PermissionLookup,
    macs: MacFactory,
    clock: Clock,
  ) {
    this.services = new ServiceCredentials(macs, clock);
  }

  /** @throws Problem `unauthenticated`, `forbidden`, `malformed-request` */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const metadata = context.switchToRpc().getContext<Metadata>();
    const call = context.getArgByIndex<ServerUnaryCall<unknown, unknown>>(2);
    const identify = () => this.identify(context, textOf(metadata, 'authorization'), call);
    const caller = await identify();
    callers.set(call, caller);
    if (caller !== 'service') {
      checks.set(call, identify);
    }
    if (context.getArgByIndex<unknown>(0) instanceof Undecodable) {
      throw malformedRequest({ detail: "The message can't be decoded, or it's nested too deep." });
    }
    return true;
  }

  private async identify(
    context: ExecutionContext,
    authorization: string | undefined,
    call: ServerUnaryCall<unknown, unknown>,
  ): Promise<GrpcCaller> {
    const isService =
      authorization === undefined
        ? call.getAuthContext()?.sslPeerCertificate !== undefined
        : this.services.accepts(authorization);
    if (isService) {
      return 'service';
    }
    const principal = await this.authentication.identify(authorization);
    if (principal?.kind !== 'api-key') {
      throw unauthenticated({ detail: 'Send a valid API key as `authorization: Bearer …`.' });
    }
    const permission = this.reflector.get(RequiredPermission, context.getClass());
    if (!permission || !(await this.permissions.grants(principal, permission))) {
      throw forbidden({ detail: `Your API key doesn't grant the permission ${permission?.name ?? ''}.` });
    }
    return principal;
  }
}
