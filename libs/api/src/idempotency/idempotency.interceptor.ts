import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  Injectable,
  Logger,
  type NestInterceptor,
  Optional,
  UseInterceptors,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { addressOf, perHandler, UPLOAD_TIMEOUT_MS } from '#libs/http';
import { StreamedBody } from '../input/streamed-body.js';
import { Fails } from '../openapi/fails.js';
import { invalidInput } from '#libs/problem';
import { idempotencyKeyReused, IdempotencyStore, idempotentRequestRunning } from '#libs/idempotency';

/**
 * A structured-field string, or the unquoted form that most clients send
 * (draft-ietf-httpapi-idempotency-key-header-07).
 */
const KEY = /^(?:"([\x21\x23-\x5b\x5d-\x7e ]{1,255})"|([\x21\x23-\x7e]{1,255}))$/;
/** Longer than any file takes to arrive. */
const UPLOAD_LOCK_MS = UPLOAD_TIMEOUT_MS + 60_000;
const REPLAYED_HEADERS = ['etag', 'location'] as const;

/** A stored response, replayed when the request is repeated. */
interface StoredResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** The digest of a streamed body, which is only known in the end. */
  readonly digest?: string | undefined;
}

interface IdempotentOptions<R> {
  /** The status of a response that the service stores in its own transaction. */
  readonly status: number;
  /** The body of such a response. */
  readonly body: (result: R) => unknown;
  /** Its headers, if it has any that matter: `ETag` and `Location`. */
  readonly headers?: (result: R, request: FastifyRequest) => Readonly<Record<string, string>>;
}

const Options = Reflector.createDecorator<IdempotentOptions<never> | null>();

/**
 * Supports `Idempotency-Key`: repeating a POST that creates or sends something does it only once. The controller's module
 * imports `IdempotencyModule.forSchema()`.
 * @param options required if the handler's service calls `IdempotencyStore.keep`
 */
export function Idempotent<R>(options: IdempotentOptions<R> | null = null): MethodDecorator {
  return applyDecorators(
    Options(options),
    UseInterceptors(IdempotencyInterceptor),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        'A unique string of your choice. For 24 hours, repeating the request with the same key and body ' +
        'returns the original response.',
      schema: { type: 'string', minLength: 1, maxLength: 257, pattern: KEY.source },
    }),
    Fails(idempotencyKeyReused, idempotentRequestRunning),
  );
}

@Injectable()
class IdempotencyInterceptor implements NestInterceptor {
  private readonly logger = new Logger(IdempotencyInterceptor.name);

  private readonly optionsOf = perHandler(
    (handler) => Reflect.getMetadata(Options.KEY, handler) as IdempotentOptions<unknown> | null,
  );

  private readonly store: IdempotencyStore;

  constructor(@Optional() store?: IdempotencyStore) {
    if (!store) {
      throw new Error(
        'A controller has @Idempotent() routes, but its module has nowhere to store their keys: import ' +
          'IdempotencyModule.forSchema() there, with the schema of its service.',
      );
    }
    this.store = store;
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const header = request.headers['idempotency-key'];
    return header === undefined ? next.handle() : from(this.runOnce(parseKey(header), context, next));
  }

  private async runOnce(key: string, context: ExecutionContext, next: CallHandler): Promise<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const caller = request.principal?.userId ?? addressOf(request);
    const id = this.store.idOf(caller, `${request.method} ${request.routeOptions.url}`, key);
    const streamed = request.body instanceof StreamedBody ? request.body : undefined;
    const begun = streamed
      ? this.store.begin(id, streamed.description, UPLOAD_LOCK_MS)
      : this.store.begin(id, whatIsAsked(request));
    const stored = (await begun) as StoredResponse | undefined;
    if (stored) {
      if (streamed && (await streamed.skip()) !== stored.digest) {
        throw idempotencyKeyReused();
      }
      void reply.status(stored.status).headers({ ...stored.headers, 'Idempotency-Replayed': 'true' });
      return stored.body;
    }
    const { result: body, kept } = await this.run(id, this.optionsOf(context), request, next);
    if (kept) {
      return body;
    }
    const response: StoredResponse = {
      status: reply.statusCode,
      headers: replayedHeaders(reply),
      body,
      digest: streamed?.digest(),
    };
    // The request has taken effect. From here on, a failure must neither hide that nor release the key, or a retry
    // would do it again.
    await this.store.complete(id, response).catch((error: unknown) => {
      this.logger.error(
        'a response could not be stored, so its request cannot be repeated with the same key',
        error,
      );
    });
    return body;
  }

  private async run(
    id: string,
    options: IdempotentOptions<unknown> | null,
    request: FastifyRequest,
    next: CallHandler,
  ): Promise<{ result: unknown; kept: boolean }> {
    const toResponse = (result: unknown): StoredResponse => {
      if (!options) {
        throw new Error(
          'the service stores its own result, so the handler needs @Idempotent({ status, body })',
        );
      }
      const headers = options.headers?.(result, request) ?? {};
      const digest = request.body instanceof StreamedBody ? request.body.digest() : undefined;
      return { status: options.status, headers, body: options.body(result), digest };
    };
    try {
      return await this.store.run(id, toResponse, () =>
        lastValueFrom(next.handle(), { defaultValue: undefined }),
      );
    } catch (error) {
      await this.store.release(id).catch((cause: unknown) => {
        this.logger.warn(
          'the idempotency key of a failed request could not be released; its lock will expire',
          cause,
        );
      });
      throw error;
    }
  }
}

function parseKey(header: string | string[]): string {
  const [, quoted, bare] = KEY.exec(Array.isArray(header) ? header.join() : header) ?? [];
  const key = quoted ?? bare;
  if (key === undefined) {
    throw invalidInput({
      detail:
        'The Idempotency-Key header must be 1 to 255 printable ASCII characters, with or without quotes.',
    });
  }
  return key;
}

function replayedHeaders(reply: FastifyReply): Record<string, string> {
  return Object.fromEntries(
    REPLAYED_HEADERS.flatMap((name) => {
      const value = reply.getHeader(name);
      return value === undefined ? [] : [[name, String(value)]];
    }),
  );
}

/** What must be the same when a key is used again: the body, and the IDs in the path. */
function whatIsAsked({ body, params }: FastifyRequest): unknown {
  const ids = Object.entries(params as Record<string, string>);
  return ids.length === 0 ? body : { body, ids };
}
