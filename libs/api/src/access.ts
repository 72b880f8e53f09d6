import { applyDecorators, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiBearerAuth } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { unauthenticated } from '#libs/problem';
import type { Permission, Principal } from '#libs/permissions';

/** Who may call a route. */
export type Access =
  | { readonly kind: 'public' }
  /** Any signed-in user. With a permission, only users who have it. */
  | {
      readonly kind: 'requires';
      readonly permission: Permission | null;
      /** Whether they must have proved who they are in the last five minutes. */
      readonly recent: boolean;
      /** Whether they must be signed in themselves, without an API key. */
      readonly session: boolean;
    };

interface RequiresOptions {
  /** Only if they have proved who they are in the last five minutes. The access guard checks it. */
  readonly recent?: boolean;
  /** Only for users who are signed in themselves: neither an API key nor an administrator who acts as them will do. */
  readonly session?: boolean;
}

/** The scheme in `Authorization` (RFC 6750, section 2.1). */
export const BEARER = /^Bearer +/i;

/** Where browsers may keep their refresh token. `__Secure-`: only an https page can set it (RFC 6265bis, 4.1.3.1). */
export const REFRESH_COOKIE = '__Secure-gatehouse-refresh';

const AccessRule = Reflector.createDecorator<Access>();

/** Anyone may call this route. */
export function Public(): MethodDecorator & ClassDecorator {
  return AccessRule({ kind: 'public' });
}

/** Only signed-in users may call this route; with a permission, only those who have it. */
export function Requires(
  permission: Permission | null = null,
  { recent = false, session = false }: RequiresOptions = {},
): MethodDecorator & ClassDecorator {
  return applyDecorators(AccessRule({ kind: 'requires', permission, recent, session }), ApiBearerAuth());
}

/** The access rule of a handler or, failing that, of its controller. Undefined if neither has one. */
export function accessOf(handler: object, controller: object): Access | undefined {
  return (Reflect.getMetadata(AccessRule.KEY, handler) ?? Reflect.getMetadata(AccessRule.KEY, controller)) as
    Access | undefined;
}

const AUTH_PATH = /^\/v\d+\/auth\//;

/** Whether a route is about how people sign in. @param path with its version */
export function isAboutSigningIn(path: string): boolean {
  return AUTH_PATH.test(path);
}

/**
 * Whether a route is closed to API keys. A key that leaked must not be enough to keep the account: no key changes how its
 * owner signs in, nor anything else that needs no permission of the key.
 * @param path with its version
 */
export function needsSession(access: Access | undefined, method: string, path: string): boolean {
  const isRead = /^(get|head)$/i.test(method);
  const isForKeys = access?.kind === 'requires' && !access.session && (access.permission !== null || isRead);
  return isAboutSigningIn(path) || !isForKeys;
}

/** The caller. Not for public handlers. @throws Problem `unauthenticated` */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Principal =>
  callerOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

/** @throws Problem `unauthenticated` */
export function callerOf({ principal, headers }: FastifyRequest): Principal {
  if (!principal) {
    // RFC 6750, section 3.1: no error code if the request has no token.
    const challenge = BEARER.test(headers.authorization ?? '') ? 'Bearer error="invalid_token"' : 'Bearer';
    throw unauthenticated({ headers: { 'WWW-Authenticate': challenge } });
  }
  return principal;
}
