import { Body, type CanActivate, type ExecutionContext, Injectable, Query } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { perHandler } from '#libs/http';
import { invalidInput, type InvalidMember, malformedRequest } from '#libs/problem';
import { MAX_ERRORS, memberPointer, unknownMember } from '#libs/json';
import { ignoresBody } from './ignores-body.js';
import { UnreadableBody } from './unreadable-body.js';

/** What a handler accepts. */
interface AcceptedInput {
  readonly body: boolean;
  readonly query: boolean;
}

class Sample {
  body(@Body() _body: unknown): void {}
  query(@Query() _query: unknown): void {}
}
/** Where Nest stores parameter decorators. Its names for them are internal, so we read them from a sample class. */
const [ARGUMENTS] = Reflect.getMetadataKeys(Sample, 'body') as string[];
const [BODY, QUERY] = ['body', 'query'].map((method) => kindsIn(Sample, method)[0]);

/**
 * Rejects unreadable input, and any body or query for handlers that don't declare one. The pipe only sees declared
 * input, and we never silently drop anything that a client sends.
 */
@Injectable()
export class InputGuard implements CanActivate {
  private readonly acceptedBy = perHandler((handler, controller): AcceptedInput => {
    const kinds = kindsIn(controller, handler.name);
    return { body: kinds.includes(BODY), query: kinds.includes(QUERY) };
  });

  /** @throws Problem `invalid-input`, `malformed-request`, or the problem of an unreadable body */
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { body, query, routeOptions, url } = request;
    if (body instanceof UnreadableBody && !ignoresBody(request)) {
      throw body.problem;
    }
    requireDecodable(url);
    // Unversioned pages accept any query, because links to them may have one.
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

/** The kinds of a handler's decorated parameters, in Nest's numbering. */
function kindsIn(controller: object, method: string): (string | undefined)[] {
  const decorated = Reflect.getMetadata(ARGUMENTS, controller, method) as object | undefined;
  return Object.keys(decorated ?? {}).map((key) => key.split(':', 1)[0]);
}

/** Fastify passes on invalid UTF-8 in a query without decoding it, so a search for it would never find anything. */
function requireDecodable(url: string): void {
  const start = url.indexOf('?');
  // Fast path: most requests have no query, or one without escapes.
  if (start < 0 || !url.includes('%', start)) {
    return;
  }
  try {
    decodeURIComponent(url.slice(start + 1));
  } catch {
    throw malformedRequest({ detail: "The query isn't valid percent-encoded UTF-8." });
  }
}

/** Empty objects are accepted, because many clients send one with every POST. */
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
