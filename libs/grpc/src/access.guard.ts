import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Metadata, ServerUnaryCall } from '@grpc/grpc-js';
import { Authentication, type Permission, PermissionLookup } from '#libs/permissions';
import { forbidden, unauthenticated } from '#libs/problem';
import { textOf } from './call-context.js';

export const RequiredPermission = Reflector.createDecorator<Permission>();

/** Services with a certificate may call everything. All others need an API key that grants the service's permission. */
@Injectable()
export class GrpcAccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authentication: Authentication,
    private readonly permissions: PermissionLookup,
  ) {}

  /** @throws Problem `unauthenticated`, `forbidden` */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const rpc = context.switchToRpc();
    const call = context.getArgByIndex<ServerUnaryCall<unknown, unknown>>(2);
    const authorization = textOf(rpc.getContext<Metadata>(), 'authorization');
    if (authorization === undefined && call.getAuthContext()?.sslPeerCertificate) {
      return true;
    }
    const principal = await this.authentication.identify(authorization);
    if (principal?.kind !== 'api-key') {
      throw unauthenticated({ detail: 'Send a valid API key as `authorization: Bearer …`.' });
    }
    const permission = this.reflector.get(RequiredPermission, context.getClass());
    if (!permission || !(await this.permissions.grants(principal, permission))) {
      throw forbidden({ detail: `Your API key doesn't grant the permission ${permission?.name ?? ''}.` });
    }
    return true;
  }
}
