import {
  forbidden,
  internalError,
  invalidInput,
  malformedRequest,
  payloadTooLarge,
  type ProblemFactory,
  tooManyRequests,
  unauthenticated,
  unavailable,
  unsupportedMediaType,
} from '#libs/problem';
import { accessOf } from '../access.js';
import { deprecationOf } from '../deprecation.js';
import { isLimited } from '#libs/limits';
import { failuresOf } from './fails.js';

/** The handler of an operation. The document is generated from its decorators. */
export interface Route {
  readonly name: string;
  readonly handler: object;
  readonly controller: object;
}

/** How a path and method handle input. */
interface InputHandling {
  /** Rejects an undeclared query or body. */
  readonly strict: boolean;
  readonly readsBody: boolean;
}

export interface Operation {
  operationId?: string;
  parameters?: unknown[];
  requestBody?: unknown;
  responses: Record<string, { description?: string; headers?: object; content?: object }>;
}

const text = (description: string, example: string): object => ({
  description,
  schema: { type: 'string', maxLength: 512 },
  example,
});

const REQUEST_ID = {
  'X-Request-Id': text('The ID of the request. Quote it when you contact support.', '0197f9a2-5c1e'),
};
const RATE_LIMIT = {
  RateLimit: text(
    'Requests left (`r`) and seconds until more become available (`t`).',
    '"default";r=599;t=60',
  ),
  'RateLimit-Policy': text('The limit: at most `q` requests in any `w` seconds.', '"default";q=600;w=60'),
};
const DEPRECATION = {
  Deprecation: text('When the operation was deprecated (RFC 9745).', '@1795305600'),
  Sunset: text('When the operation may stop working (RFC 8594).', 'Mon, 22 Nov 2027 00:00:00 GMT'),
  Link: text(
    'The replacement, and the next and previous pages (RFC 8288).',
    '</v2/users>; rel="successor-version"',
  ),
};
const BY_STATUS_HEADERS: Readonly<Record<number, object>> = {
  401: { 'WWW-Authenticate': text('The authentication scheme to use.', 'Bearer') },
  429: { 'Retry-After': text('Seconds to wait before the next request.', '30') },
  503: { 'Retry-After': text('Seconds to wait before you try again.', '1') },
};

export const PROBLEM_SCHEMA = {
  type: 'object',
  description: 'A problem document (RFC 9457).',
  required: ['type', 'title', 'status', 'detail', 'instance', 'code', 'requestId'],
  properties: {
    type: { type: 'string', format: 'uri', description: 'URL of a page that explains the problem.' },
    title: { type: 'string', description: 'A short summary, always the same for a given `code`.' },
    status: { type: 'integer', minimum: 400, maximum: 599, description: 'The HTTP status code.' },
    detail: { type: 'string', description: 'What went wrong with this request, and what to do about it.' },
    instance: { type: 'string', description: 'The path of the request.' },
    code: {
      type: 'string',
      pattern: '^[a-z0-9-]+$',
      description: 'A stable code that programs can rely on.',
    },
    requestId: { type: 'string', description: 'The ID of the request. Quote it when you contact support.' },
    errors: {
      type: 'array',
      description: 'The invalid fields. Only with `invalid-input`.',
      items: {
        type: 'object',
        required: ['pointer', 'code', 'message'],
        properties: {
          pointer: { type: 'string', description: 'Which field is invalid, as a JSON Pointer (RFC 6901).' },
          code: { type: 'string', description: 'A stable code, such as `too-long`.' },
          message: {
            type: 'string',
            description: 'What is expected, worded to follow the name of the field.',
          },
        },
      },
    },
  },
};

/** Completes an operation from its decorators: ID, errors with examples, rate limits and headers. */
export function describeOperation(operation: Operation, route: Route, input: InputHandling): void {
  operation.operationId = route.name;
  const limited = isLimited(route.handler, route.controller);
  const byStatus = Map.groupBy(
    [...inputProblems(operation, input), ...problemsOf(route, limited)],
    ({ definition }) => definition.status,
  );
  for (const [status, problems] of [...byStatus].sort(([a], [b]) => a - b)) {
    // Keep what the operation declares itself, such as the 503 of a probe, which isn't a problem document.
    operation.responses[status] ??= problemResponse(status, problems);
  }
  const deprecated = deprecationOf(route.handler) !== undefined;
  for (const response of Object.values(operation.responses)) {
    response.headers = {
      ...REQUEST_ID,
      ...(limited ? RATE_LIMIT : {}),
      ...(deprecated ? DEPRECATION : {}),
      ...response.headers,
    };
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

function problemsOf({ handler, controller }: Route, limited: boolean): ProblemFactory[] {
  const access = accessOf(handler, controller);
  return [
    ...(access?.kind === 'requires' ? [unauthenticated] : []),
    ...(access?.kind === 'requires' && access.permission !== null ? [forbidden] : []),
    ...failuresOf(handler),
    ...(limited ? [tooManyRequests] : []),
    internalError,
    unavailable,
  ];
}

function problemResponse(
  status: number,
  problems: readonly ProblemFactory[],
): Operation['responses'][string] {
  return {
    description: problems.map(({ code, definition }) => `\`${code}\`: ${definition.title}`).join('\n\n'),
    headers: { ...BY_STATUS_HEADERS[status] },
    content: {
      'application/problem+json': {
        schema: { $ref: '#/components/schemas/Problem' },
        examples: Object.fromEntries(
          problems.map((problem) => [problem.code, { value: exampleOf(problem) }]),
        ),
      },
    },
  };
}

function exampleOf({ code, definition }: ProblemFactory): object {
  return {
    type: `https://accounts.acme.com/problems/${code}`,
    title: definition.title,
    status: definition.status,
    detail: definition.about,
    instance: '/v2/…',
    code,
    requestId: '0197f9a2-5c1e-7c3b-9d52-6f1d1c1f4a10',
    ...(code === invalidInput.code
      ? { errors: [{ pointer: '/email', code: 'invalid-email', message: 'must be an email address' }] }
      : {}),
  };
}
