import {
  forbidden,
  internalError,
  MAX_PROOF_AGE_SECONDS,
  invalidInput,
  malformedRequest,
  payloadTooLarge,
  type ProblemFactory,
  secondFactorRequired,
  sessionRequired,
  tooManyRequests,
  stepUpRequired,
  unauthenticated,
  unavailable,
  unsupportedMediaType,
} from '#libs/problem';
import { idempotentRequestRunning } from '#libs/idempotency';
import { type Access, accessOf, needsSession } from '../access.js';
import { type HeaderObject, isReference, type Operation, type Reference } from './document.js';
import { HEADERS, responseHeaders } from './headers.js';
import { ANY_PROBLEM, type ProblemSchemas } from './problem-schemas.js';
import type { Route } from './routes.js';
import { type DeprecationNotice, deprecationOf } from '../deprecation.js';
import { isLimited } from '#libs/limits';
import { failuresOf } from './fails.js';

/** How a path and method handle input. */
interface InputHandling {
  readonly method: string;
  readonly path: string;
  /** Rejects an undeclared query or body. */
  readonly strict: boolean;
  readonly readsBody: boolean;
}

type Headers = Readonly<Record<string, HeaderObject | Reference>>;

const RATE_LIMIT = responseHeaders('RateLimit', 'RateLimit-Policy');
const REPLAYED = responseHeaders('Idempotency-Replayed');

/** Completes an operation from its decorators: ID, errors with examples, rate limits and headers. */
export function describeOperation(
  operation: Operation,
  route: Route,
  input: InputHandling,
  schemas: ProblemSchemas,
): void {
  operation.operationId = route.name;
  // Without it, a generator would take the requirement of the whole document, if it ever has one.
  operation.security ??= [];
  describeAccess(operation, accessOf(route.handler, route.controller));
  const limited = isLimited(route.handler, route.controller);
  const byStatus = Map.groupBy(
    [...inputProblems(operation, input), ...problemsOf(route, input, limited)],
    ({ definition }) => definition.status,
  );
  for (const [status, problems] of [...byStatus].sort(([a], [b]) => a - b)) {
    // Keep what the operation declares itself, such as the 503 of a probe, which isn't a problem document.
    operation.responses[status] ??= schemas.responseFor(problems as [ProblemFactory, ...ProblemFactory[]]);
  }
  operation.responses['default'] ??= ANY_PROBLEM;
  const deprecation = deprecationOf(route.handler);
  if (deprecation) {
    // Where oasdiff looks for it.
    operation['x-sunset'] = new Date(deprecation.headers.Sunset).toISOString().slice(0, 10);
  }
  const isReplayable = failuresOf(route.handler).includes(idempotentRequestRunning);
  const usual = {
    ...responseHeaders('X-Request-Id'),
    ...(limited ? RATE_LIMIT : {}),
    ...(deprecation ? deprecationHeaders(deprecation) : {}),
  };
  for (const [status, response] of Object.entries(operation.responses)) {
    if (!isReference(response)) {
      const replayed = isReplayable && status.startsWith('2') ? REPLAYED : {};
      operation.responses[status] = { ...response, headers: { ...usual, ...replayed, ...response.headers } };
    }
  }
}

/** From the access rule, so that the document can't say anything else. */
function describeAccess(operation: Operation, access: Access | undefined): void {
  if (access?.kind === 'requires' && access.recent) {
    operation['x-max-age'] = MAX_PROOF_AGE_SECONDS;
  }
  if (access?.kind === 'requires' && access.session) {
    operation['x-session'] = true;
  }
  if (access?.kind === 'requires' && access.permission) {
    const { name } = access.permission;
    operation['x-permission'] = name;
    operation.description = `${operation.description ?? ''} Requires the \`${name}\` permission.`.trim();
  }
}

/** Problems that are found before the handler runs. */
function inputProblems(operation: Operation, { strict, readsBody }: InputHandling): ProblemFactory[] {
  const hasInput = (operation.parameters?.length ?? 0) > 0 || operation.requestBody !== undefined;
  return [
    ...(strict || hasInput ? [invalidInput, malformedRequest] : []),
    ...(readsBody ? [payloadTooLarge, unsupportedMediaType] : []),
  ];
}

function problemsOf(
  { handler, controller }: Route,
  { method, path }: InputHandling,
  limited: boolean,
): ProblemFactory[] {
  const access = accessOf(handler, controller);
  return [
    ...(access?.kind === 'requires' ? [unauthenticated] : []),
    ...(access?.kind === 'requires' && access.permission !== null ? [forbidden, secondFactorRequired] : []),
    ...(access?.kind === 'requires' && access.recent ? [stepUpRequired] : []),
    ...(access?.kind === 'requires' && needsSession(access, method, path) ? [sessionRequired] : []),
    ...failuresOf(handler),
    ...(limited ? [tooManyRequests] : []),
    internalError,
    unavailable,
  ];
}

function deprecationHeaders({ headers }: DeprecationNotice): Headers {
  return {
    Deprecation: { ...HEADERS.Deprecation, example: headers.Deprecation },
    Sunset: { ...HEADERS.Sunset, example: headers.Sunset },
    Link: HEADERS.Link,
  };
}
