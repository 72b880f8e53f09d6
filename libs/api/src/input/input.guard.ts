import { Body, type CanActivate, type ExecutionContext, Injectable, Query } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { perHandler } from '#libs/http';
import { invalidInput, type InvalidMember, malformedRequest } from '#libs/problem';
import { MAX_ERRORS, memberPointer, unknownMember } from './members.js';
import { UnreadableBody } from './unreadable-body.js';

/** What a handler asks for. */
interface AcceptedInput {
  readonly body: boolean;
  readonly query: boolean;
}

class Sample {
  body(@Body() _body: unknown): void {}
  query(@Query() _query: unknown): void {}
}
/** Where Nest keeps the decorators of parameters, learned from two of them: its own names for that are internal. */
const [ARGUMENTS] = Reflect.getMetadataKeys(Sample, 'body') as string[];
const [BODY, QUERY] = ['body', 'query'].map((method) => kindsIn(Sample, method)[0]);

/**
 * Rejects what cannot be read, and members where a handler accepts none: the pipe sees only what a handler asks for, and
 * nothing that a client sends may be dropped silently.
 */
@Injectable()
export class InputGuard implements CanActivate {
  private readonly acceptedBy = perHandler((handler, controller): AcceptedInput => {
    const kinds = kindsIn(controller, handler.name);
    return { body: kinds.includes(BODY), query: kinds.includes(QUERY) };
  });

  /** @throws Problem `invalid-input`, `malformed-request`, and what was wrong with the body */
  canActivate(context: ExecutionContext): boolean {
    const { body, query, routeOptions, url } = context.switchToHttp().getRequest<FastifyRequest>();
    if (body instanceof UnreadableBody) {
      throw body.problem;
    }
    requireDecodable(url);
    // Pages without a version may be linked to with any query.
    if (!/^\/v\d/.test(routeOptions.url ?? '')) {
      return true;
    }
    const accepts = this.acceptedBy(context);
    const errors = [
      ...(accepts.query ? [] : undeclaredMembers(query)),
      ...(accepts.body ? [] : undeclaredMembers(body)),
    ];
    if (errors.length > 0) {
      throw invalidInput({ errors });
    }
    return true;
  }
}

/** The kinds of a handler's decorated parameters, as Nest numbers them. */
function kindsIn(controller: object, method: string): (string | undefined)[] {
  const decorated = Reflect.getMetadata(ARGUMENTS, controller, method) as object | undefined;
  return Object.keys(decorated ?? {}).map((key) => key.split(':', 1)[0]);
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
function undeclaredMembers(input: unknown): InvalidMember[] {
  if (input === undefined || input === null) {
    return [];
  }
  return typeof input === 'object'
    ? Object.keys(input)
        .slice(0, MAX_ERRORS)
        .map((name) => unknownMember(memberPointer('', name)))
    : [unknownMember('')];
}
