import { createRegistry, fromBinary } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { type ServiceError, status as Code } from '@grpc/grpc-js';
import {
  allProblems,
  conflict,
  internalError,
  invalidInput,
  notFound,
  Problem,
  type ProblemFactory,
  unavailable,
} from '#libs/problem';
import {
  type BadRequest,
  BadRequestSchema,
  ErrorInfoSchema,
  type RetryInfo,
  RetryInfoSchema,
} from './generated/google/rpc/error_details_pb.js';
import { StatusSchema } from './generated/google/rpc/status_pb.js';
import { DETAILS, DOMAIN, pointerOf } from './status.js';

const KNOWN_DETAILS = createRegistry(BadRequestSchema, ErrorInfoSchema, RetryInfoSchema);

/** What the caller of ours can do nothing about, but will be over in a moment. */
const OUTAGES: ReadonlySet<Code> = new Set([
  Code.UNAVAILABLE,
  Code.DEADLINE_EXCEEDED,
  Code.RESOURCE_EXHAUSTED,
  Code.CANCELLED,
]);
/** That we may not call is a mistake in how the services were set up, and nothing that a caller of ours did. */
const OURS: ReadonlySet<Code> = new Set([Code.UNAUTHENTICATED, Code.PERMISSION_DENIED]);

/** What a status means whose reason only the other service declares. */
const LIKELY: Readonly<Partial<Record<Code, ProblemFactory>>> = {
  [Code.INVALID_ARGUMENT]: invalidInput,
  [Code.NOT_FOUND]: notFound,
  [Code.ABORTED]: conflict,
};

/** How a call to another service failed, as the problem that it would have been in this process. See `statusOf`. */
export function problemOf(error: ServiceError): Problem {
  if (OUTAGES.has(error.code)) {
    return unavailable({ headers: { 'Retry-After': String(retryAfter(error)) }, cause: error });
  }
  const code = OURS.has(error.code) ? undefined : (declared(reasonOf(error)) ?? LIKELY[error.code]?.code);
  const definition = code === undefined ? undefined : allProblems().get(code);
  if (code === undefined || !definition || definition.status >= 500) {
    return internalError({ cause: error });
  }
  const violations = detailOf<BadRequest>(error, BadRequestSchema.typeName)?.fieldViolations;
  return new Problem(code, definition, {
    cause: error,
    ...(violations
      ? {
          errors: violations.map(({ field, reason, description: message }) => ({
            pointer: pointerOf(field),
            code: reason,
            message,
          })),
        }
      : { detail: error.details }),
  });
}

function declared(reason: string | undefined): string | undefined {
  return reason !== undefined && allProblems().has(reason) ? reason : undefined;
}

/** Whether the other service itself says why the call failed. Otherwise the connection does. */
export function isAnswer(error: ServiceError): boolean {
  return reasonOf(error) !== undefined;
}

function reasonOf(error: ServiceError): string | undefined {
  const info = detailOf<{ reason: string; domain: string }>(error, ErrorInfoSchema.typeName);
  return info?.domain === DOMAIN ? info.reason : undefined;
}

function retryAfter(error: ServiceError): number {
  return Math.max(1, Number(detailOf<RetryInfo>(error, RetryInfoSchema.typeName)?.retryDelay?.seconds ?? 1n));
}

function detailOf<T>(error: ServiceError, type: string): T | undefined {
  const [bytes] = error.metadata?.get(DETAILS) ?? [];
  const details = bytes instanceof Buffer ? fromBinary(StatusSchema, bytes).details : [];
  return details
    .map((detail) => anyUnpack(detail, KNOWN_DETAILS))
    .find((message) => message?.$typeName === type) as T | undefined;
}
