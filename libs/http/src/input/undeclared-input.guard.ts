import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { ROUTE_ARGS_METADATA, RouteParamtypes } from '@nestjs/common/internal';
import type { FastifyRequest } from 'fastify';
import { invalidInput, type InvalidMember } from '#libs/problem';
import { MAX_ERRORS, memberPointer, unknownMember } from './members.js';

/** What a handler takes. Pages without a version may be linked to with whatever a query holds. */
interface Takes {
  readonly body: boolean;
  readonly query: boolean;
}

/**
 * Refuses members where a handler takes none: the pipe sees only what a handler asks for, and nothing that a client
 * sends may be dropped in silence.
 */
@Injectable()
export class UndeclaredInputGuard implements CanActivate {
  private readonly known = new WeakMap<object, Takes>();

  /** @throws Problem `invalid-input` */
  canActivate(context: ExecutionContext): boolean {
    const { body, query, routeOptions } = context.switchToHttp().getRequest<FastifyRequest>();
    const takes = this.takenBy(context, routeOptions.url ?? '');
    const errors = [...(takes.query ? [] : strangersIn(query)), ...(takes.body ? [] : strangersIn(body))];
    if (errors.length > 0) {
      throw invalidInput({ errors });
    }
    return true;
  }

  private takenBy(context: ExecutionContext, url: string): Takes {
    const handler = context.getHandler();
    let takes = this.known.get(handler);
    if (!takes) {
      const parameters = Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), handler.name) as
        object | undefined;
      const has = (type: RouteParamtypes): boolean =>
        !/^\/v\d/.test(url) || Object.keys(parameters ?? {}).some((key) => key.startsWith(`${type}:`));
      takes = { body: has(RouteParamtypes.BODY), query: has(RouteParamtypes.QUERY) };
      this.known.set(handler, takes);
    }
    return takes;
  }
}

/** An empty object says nothing and is what many clients send with every POST. */
function strangersIn(input: unknown): InvalidMember[] {
  if (input === undefined || input === null) {
    return [];
  }
  return typeof input === 'object'
    ? Object.keys(input)
        .slice(0, MAX_ERRORS)
        .map((name) => unknownMember(memberPointer('', name)))
    : [unknownMember('')];
}
