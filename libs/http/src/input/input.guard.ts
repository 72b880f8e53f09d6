import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { ROUTE_ARGS_METADATA, RouteParamtypes } from '@nestjs/common/internal';
import type { FastifyRequest } from 'fastify';
import { invalidInput, type InvalidMember, malformedRequest } from '#libs/problem';
import { MAX_ERRORS, memberPointer, unknownMember } from './members.js';
import { UnreadableBody } from './unreadable-body.js';

/** What a handler takes. Pages without a version may be linked to with whatever a query holds. */
interface Takes {
  readonly body: boolean;
  readonly query: boolean;
}

/**
 * Refuses what can't be read, and members where a handler takes none: the pipe sees only what a handler asks for, and
 * nothing that a client sends may be dropped in silence.
 */
@Injectable()
export class InputGuard implements CanActivate {
  private readonly known = new WeakMap<object, Takes>();

  /** @throws Problem `invalid-input`, `malformed-request`, and what was wrong with the body */
  canActivate(context: ExecutionContext): boolean {
    const { body, query, routeOptions, url } = context.switchToHttp().getRequest<FastifyRequest>();
    if (body instanceof UnreadableBody) {
      throw body.problem;
    }
    requireDecodable(url);
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

/** Fastify takes what is not UTF-8 in a query as it stands; it would be searched for, and never be found. */
function requireDecodable(url: string): void {
  const start = url.indexOf('?');
  // Most have no query, and most of those no escapes.
  if (start < 0 || !url.includes('%', start)) {
    return;
  }
  try {
    decodeURIComponent(url.slice(start + 1));
  } catch {
    throw malformedRequest({ detail: "The query isn't valid percent-encoded UTF-8." });
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
