import { idempotentRequestRunning } from '#libs/idempotency';
import { detailOf, invalidInput, type ProblemFactory, tooManyRequests, unavailable } from '#libs/problem';
import { GENERAL_PROBLEMS } from './general-problems.js';
import { responseHeaders } from './headers.js';
import { pascalCase, refTo, type ResponseObject, type SchemaObject } from './document.js';

export const PROBLEM_TYPE = 'application/problem+json';

const STRING: SchemaObject = { type: 'string' };
const REQUIRED = ['type', 'title', 'status', 'detail', 'instance', 'code', 'requestId'];
/** Those that say when to try again. */
const RETRYABLE: readonly ProblemFactory[] = [idempotentRequestRunning, tooManyRequests, unavailable];

/** With the same status. */
type Problems = readonly [ProblemFactory, ...ProblemFactory[]];

const INVALID_MEMBER: SchemaObject = {
  type: 'object',
  description: 'A field of the input that is invalid.',
  required: ['pointer', 'code', 'message'],
  properties: {
    pointer: { type: 'string', description: 'Which field is invalid, as a JSON Pointer (RFC 6901).' },
    code: { type: 'string', description: 'A stable code, such as `too-long`.' },
    message: { type: 'string', description: 'What is expected, worded to follow the name of the field.' },
    minimum: {
      type: 'integer',
      format: 'int64',
      description: 'The minimum value or length. Present if the input is below it.',
    },
    maximum: {
      type: 'integer',
      format: 'int64',
      description: 'The maximum value or length. Present if the input is above it.',
    },
    allowed: {
      type: 'array',
      maxItems: 100,
      items: STRING,
      description: "The allowed values. Present if the input isn't one of them.",
    },
  },
};

const ERRORS: SchemaObject = {
  type: 'array',
  maxItems: 20,
  items: refTo('schemas', 'InvalidMember'),
};

/**
 * Of a problem that is not listed with an operation. Its codes are an enum, too: in TypeScript, the errors of an operation
 * are a union, whose `code` would accept any text if it did in one of them.
 */
const PROBLEM: SchemaObject = {
  type: 'object',
  description: 'A problem document (RFC 9457) that any request can return.',
  required: REQUIRED,
  properties: {
    type: { type: 'string', format: 'uri', description: 'URL of a page that explains the problem.' },
    title: { type: 'string', description: 'A short summary, always the same for a given `code`.' },
    status: {
      type: 'integer',
      format: 'int32',
      minimum: 400,
      maximum: 599,
      description: 'The HTTP status code.',
    },
    detail: { type: 'string', description: 'What went wrong with this request, and what to do about it.' },
    instance: { type: 'string', description: 'The path of the request.' },
    code: {
      type: 'string',
      enum: GENERAL_PROBLEMS.map(({ code }) => code),
      description: 'A stable code that programs can rely on.',
    },
    requestId: { type: 'string', description: 'The ID of the request. Quote it when you contact support.' },
    errors: { ...ERRORS, description: 'The invalid fields, if any.' },
  },
};

/**
 * The schemas of problem documents, one for each set of problems that a status of some operation can mean. Their codes
 * are enums, so that a client can't compare with a code that never comes.
 */
export class ProblemSchemas {
  readonly schemas: Record<string, SchemaObject> = { InvalidMember: INVALID_MEMBER, Problem: PROBLEM };
  readonly examples: Record<string, object> = {};

  /** The response with these problems, which all have the same status. */
  responseFor(problems: Problems): ResponseObject {
    const name = `${problems.map(({ code }) => pascalCase(code)).join('Or')}Problem`;
    this.schemas[name] = schemaOf(problems);
    problems.forEach((problem) => (this.examples[problem.code] = { value: exampleOf(problem) }));
    return {
      description: problems.map(({ code, definition }) => `\`${code}\`: ${definition.title}`).join('\n\n'),
      headers: headersOf(problems),
      content: {
        [PROBLEM_TYPE]: {
          schema: refTo('schemas', name),
          examples: Object.fromEntries(problems.map(({ code }) => [code, refTo('examples', code)])),
        },
      },
    };
  }
}

/** The response to a request that fails in a way that is not listed. */
export const ANY_PROBLEM: ResponseObject = {
  description: 'Another problem, such as `method-not-allowed` or `uri-too-long`.',
  headers: responseHeaders('Allow'),
  content: { [PROBLEM_TYPE]: { schema: refTo('schemas', 'Problem') } },
};

/** Without composition, which some generators turn into types that don't compile. */
function schemaOf(problems: Problems): SchemaObject {
  return {
    type: 'object',
    required: REQUIRED,
    properties: {
      type: { type: 'string', format: 'uri' },
      title: STRING,
      status: { type: 'integer', enum: [problems[0].definition.status] },
      detail: STRING,
      instance: STRING,
      code: { type: 'string', enum: problems.map(({ code }) => code) },
      requestId: STRING,
      ...(problems.some(hasErrors) ? { errors: ERRORS } : {}),
    },
  };
}

function headersOf(problems: Problems): ResponseObject['headers'] & object {
  const { status } = problems[0].definition;
  return {
    ...(status === 401 || status === 403 ? responseHeaders('WWW-Authenticate') : {}),
    ...(status === 415 ? responseHeaders('Accept-Encoding', 'Accept-Patch') : {}),
    ...(problems.some((problem) => RETRYABLE.includes(problem)) ? responseHeaders('Retry-After') : {}),
  };
}

function hasErrors(problem: ProblemFactory): boolean {
  return problem === invalidInput || problem.definition.field !== undefined;
}

/** A document of the problem, for people to read. */
export function exampleOf({ code, definition }: Pick<ProblemFactory, 'code' | 'definition'>): object {
  return {
    type: `https://accounts.acme.com/problems/${code}`,
    title: definition.title,
    status: definition.status,
    detail: detailOf(definition),
    instance: '/v2/…',
    code,
    requestId: '0197f9a2-5c1e-7c3b-9d52-6f1d1c1f4a10',
    ...(code === invalidInput.code
      ? { errors: [{ pointer: '/email', code: 'invalid-email', message: 'must be an email address' }] }
      : {}),
    ...(definition.field ? { errors: [{ ...definition.field, code }] } : {}),
  };
}
