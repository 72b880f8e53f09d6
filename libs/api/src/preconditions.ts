import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiResponse } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { malformedRequest, preconditionFailed } from '#libs/problem';
import { Fails } from './openapi/fails.js';
import { responseHeaders } from './openapi/headers.js';

/** RFC 9110, section 8.8.3. Commas may be part of a tag. */
const TAG = String.raw`(?:W/)?"[!#-~\x80-\xff]*"`;
const TAGS = String.raw`[ \t,]*${TAG}(?:[ \t]*,[ \t,]*${TAG})*[ \t,]*`;
const LIST = new RegExp(`^${TAGS}$`);
const EACH_TAG = new RegExp(TAG, 'g');

type Tags = '*' | readonly string[];

/** The conditions under which a request is to be carried out: `If-Match` and `If-None-Match` (RFC 9110, section 13). */
export class Conditions {
  private readonly ifMatch: Tags | undefined;
  private readonly ifNoneMatch: Tags | undefined;

  /** @throws Problem `malformed-request` */
  constructor(headers: {
    readonly 'if-match'?: string | undefined;
    readonly 'if-none-match'?: string | undefined;
  }) {
    this.ifMatch = parse('If-Match', headers['if-match']);
    this.ifNoneMatch = parse('If-None-Match', headers['if-none-match']);
  }

  /** Whether this resource may be changed, given the version that it has then. */
  allowVersionOf(id: string): (version: number) => boolean {
    return (version) => this.allow(etagOf({ id, version }));
  }

  /** Whether a resource may be changed. @param etag null if it has none, so that nobody can know one */
  allow(etag: string | null): boolean {
    return this.matches(etag) && !this.isKnown(etag);
  }

  /** Whether a resource that doesn't exist yet may be created. */
  allowNew(): boolean {
    return this.ifMatch === undefined;
  }

  /**
   * Whether the client of a GET has this representation already.
   * @throws Problem `precondition-failed`. `If-Match` comes first (RFC 9110, section 13.2.2).
   */
  isNotModified(etag: string): boolean {
    if (!this.matches(etag)) {
      throw preconditionFailed();
    }
    return this.isKnown(etag);
  }

  /** Strong comparison: weak tags match nothing. */
  private matches(etag: string | null): boolean {
    return (
      this.ifMatch === undefined || this.ifMatch === '*' || (etag !== null && this.ifMatch.includes(etag))
    );
  }

  /** Weak comparison, as caches do. Our own tags are all strong. */
  private isKnown(etag: string | null): boolean {
    return (
      this.ifNoneMatch === '*' ||
      (etag !== null && (this.ifNoneMatch ?? []).some((tag) => tag.replace(/^W\//, '') === etag))
    );
  }
}

/** What a resource is, and how often it has changed. */
interface Versioned {
  readonly id: string;
  readonly version: number;
}

/**
 * A strong validator (RFC 9110, section 8.8.3). Changes whenever the representation does, and no two resources share
 * one: `/users/me` is another resource for each user, so a browser that kept the profile of one would otherwise get a
 * 304 for the other.
 */
export function etagOf({ id, version }: Versioned): string {
  return `"${version}-${id}"`;
}

const NONE = new Conditions({});

/** @throws Problem `malformed-request` */
export function conditionsOf({ headers }: Pick<FastifyRequest, 'headers'>): Conditions {
  // Most requests have none, and some of those are the most frequent of all.
  return headers['if-match'] === undefined && headers['if-none-match'] === undefined
    ? NONE
    : new Conditions(headers);
}

/**
 * Answers a GET with the `ETag`, and with a 304 if the client already has this version.
 * @returns undefined then, or else what `present` returns
 * @throws Problem `precondition-failed`, `malformed-request`
 */
export function unlessKnown<T>(
  request: FastifyRequest,
  reply: FastifyReply,
  resource: Versioned,
  present: () => T,
): T | undefined {
  const etag = etagOf(resource);
  void reply.header('ETag', etag);
  if (conditionsOf(request).isNotModified(etag)) {
    void reply.status(304);
    return undefined;
  }
  return present();
}

const SCHEMA = { type: 'string', maxLength: 256, pattern: String.raw`^(?:\*|${TAGS})$` } as const;
const IF_MATCH = {
  name: 'If-Match',
  required: false,
  description:
    'The `ETag` of the version you expect. If the resource has changed since, the response is a 412.',
  schema: SCHEMA,
};
const IF_NONE_MATCH = {
  name: 'If-None-Match',
  required: false,
  description: "The `ETag` of the version you have. If it's the current one, the response is a 304.",
  schema: SCHEMA,
};

/** Documents a GET that follows the `Conditions` of its request. */
export function ConditionalGet(): MethodDecorator {
  return applyDecorators(
    ApiHeader(IF_NONE_MATCH),
    ApiHeader(IF_MATCH),
    ApiResponse({
      status: 304,
      description: 'You already have the current version.',
      headers: responseHeaders('ETag'),
    }),
    Fails(preconditionFailed),
  );
}

/** Documents a PUT, PATCH or DELETE that follows the `Conditions` of its request. */
export function ConditionalChange(): MethodDecorator {
  return applyDecorators(ApiHeader(IF_MATCH), Fails(preconditionFailed));
}

function parse(name: string, value: string | undefined): Tags | undefined {
  if (value === undefined) {
    return undefined;
  }
  if (value.trim() === '*') {
    return '*';
  }
  if (!LIST.test(value)) {
    throw malformedRequest({ detail: `${name} must be "*" or a list of entity tags in double quotes.` });
  }
  return value.match(EACH_TAG) ?? [];
}
