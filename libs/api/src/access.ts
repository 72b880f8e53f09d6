import { applyDecorators, createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { Permission } from '#libs/contracts';
import type { Principal } from '#libs/http';
import { unauthenticated } from '#libs/problem';

/** Who may call a route. */
export type Access =
  | { readonly kind: 'public' }
  /** Any signed-in user, or one who has the permission. */
  | { readonly kind: 'requires'; readonly permission: Permission | null };

const ACCESS = Symbol('access');

/** Anybody may call this route. */
export function Public(): MethodDecorator & ClassDecorator {
  return SetMetadata(ACCESS, { kind: 'public' } satisfies Access);
}

/** Only signed-in users may call this route; with a permission, only those whose roles grant it. */
export function Requires(permission: Permission | null = null): MethodDecorator & ClassDecorator {
  return applyDecorators(
    SetMetadata(ACCESS, { kind: 'requires', permission } satisfies Access),
    ApiBearerAuth(),
  );
}

/** What a handler, or else its controller, says of its callers; undefined where nobody said anything. */
export function accessOf(handler: object, controller: object): Access | undefined {
  return (Reflect.getMetadata(ACCESS, handler) ?? Reflect.getMetadata(ACCESS, controller)) as
    Access | undefined;
}

/** The caller, in a handler that is not public. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const { principal } = context.switchToHttp().getRequest<FastifyRequest>();
  if (!principal) {
    throw unauthenticated();
  }
  return principal;
});
