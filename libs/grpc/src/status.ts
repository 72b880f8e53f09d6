import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { type Any, anyPack } from '@bufbuild/protobuf/wkt';
import { Metadata, type StatusObject, status as Code } from '@grpc/grpc-js';
import type { Problem } from '#libs/problem';
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RequestInfoSchema,
  RetryInfoSchema,
} from './generated/google/rpc/error_details_pb.js';
import { StatusSchema } from './generated/google/rpc/status_pb.js';

/** The trailer in which clients find a `google.rpc.Status`. */
export const DETAILS = 'grpc-status-details-bin';
/** Of `google.rpc.ErrorInfo`: whose codes these are. */
export const DOMAIN = 'gatehouse';

/** As `google.rpc.Code` maps them to HTTP. */
const CODES: Readonly<Record<number, Code>> = {
  400: Code.INVALID_ARGUMENT,
  401: Code.UNAUTHENTICATED,
  403: Code.PERMISSION_DENIED,
  404: Code.NOT_FOUND,
  409: Code.ABORTED,
  412: Code.FAILED_PRECONDITION,
  422: Code.INVALID_ARGUMENT,
  429: Code.RESOURCE_EXHAUSTED,
  503: Code.UNAVAILABLE,
};

/**
 * A problem as the status of a call, with `google.rpc.ErrorInfo`, whose `reason` is the problem's code, and, as far as they
 * apply, `BadRequest`, `RetryInfo` and `RequestInfo`.
 */
export function statusOf(problem: Problem, requestId: string | undefined): StatusObject {
  const { definition } = problem;
  const code =
    CODES[definition.status] ?? (definition.status < 500 ? Code.FAILED_PRECONDITION : Code.INTERNAL);
  const message = messageOf(problem);
  const metadata = new Metadata();
  const details = detailsOf(problem, requestId);
  metadata.set(
    DETAILS,
    Buffer.from(toBinary(StatusSchema, create(StatusSchema, { code, message, details }))),
  );
  return { code, details: message, metadata };
}

/** What went wrong this time. What the definition says about it is for HTTP. */
function messageOf({ definition, occurrence: { detail, errors = [] } }: Problem): string {
  const invalid = errors.map(({ pointer, message }) => `${fieldOf(pointer)} ${message}`).join('; ');
  return detail ?? (invalid || definition.title);
}

function detailsOf({ code, occurrence: { errors, headers } }: Problem, requestId: string | undefined): Any[] {
  const details = [packed(ErrorInfoSchema, { reason: code, domain: DOMAIN })];
  if (errors) {
    const fieldViolations = errors.map(({ pointer, code: reason, message: description }) => ({
      field: fieldOf(pointer),
      reason,
      description,
    }));
    details.push(packed(BadRequestSchema, { fieldViolations }));
  }
  const seconds = Number(headers?.['Retry-After']);
  if (Number.isFinite(seconds)) {
    details.push(packed(RetryInfoSchema, { retryDelay: { seconds: BigInt(seconds) } }));
  }
  if (requestId !== undefined) {
    details.push(packed(RequestInfoSchema, { requestId }));
  }
  return details;
}

/** `/ids/0` as `ids[1]`: `BadRequest` counts from 1. The first name is one of a field, which has underscores. */
function fieldOf(pointer: string): string {
  return pointer
    .slice(1)
    .replace(/^[^/]+/, (name) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`))
    .replaceAll(/\/(\d+)/g, (_, index) => `[${Number(index) + 1}]`)
    .replaceAll('/', '.');
}

/** The pointer that `fieldOf` was given, unless a name in it has a dot. */
export function pointerOf(field: string): string {
  return field === ''
    ? ''
    : `/${field
        .replace(/^[^.[]+/, (name) =>
          name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
        )
        .replaceAll('.', '/')
        .replaceAll(/\[(\d+)\]/g, (_, number) => `/${Number(number) - 1}`)}`;
}

function packed<T extends DescMessage>(type: T, message: MessageInitShape<T>): Any {
  return anyPack(type, create(type, message));
}
