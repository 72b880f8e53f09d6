import type { ProblemCode } from './generated/operations.gen.js';
import type { InvalidMember, Problem } from './generated/types.gen.js';

/** A response that isn't a success. If it isn't a problem document either, it probably comes from a proxy. */
export class ResponseError extends Error {
  override readonly name: string = 'ResponseError';
  readonly status: number;
  /** Its body has been read already. */
  readonly response: Response;

  constructor(response: Response, message = `The response was a ${response.status}.`) {
    super(message);
    this.status = response.status;
    this.response = response;
  }
}

/**
 * A problem document (RFC 9457). Programs should rely on `code`, which never changes. A server that is newer than this
 * package may have other codes, too.
 */
export class ProblemError<Code extends string = ProblemCode> extends ResponseError {
  override readonly name = 'ProblemError';
  readonly code: Code;
  /** The whole document. */
  readonly problem: Problem;

  constructor(response: Response, problem: Problem) {
    super(response, `${problem.detail} (${problem.code}, request ${problem.requestId})`);
    this.code = problem.code as Code;
    this.problem = problem;
  }

  /** The invalid fields, if any. */
  get errors(): readonly InvalidMember[] {
    return this.problem.errors ?? [];
  }

  /** Seconds to wait before trying again, if the server says so. */
  get retryAfter(): number | undefined {
    return retryAfterOf(this.response);
  }
}

/**
 * Whether an error is a problem, and one with any of these codes.
 * @example if (isProblem(error, 'email-taken')) { … }
 */
export function isProblem(error: unknown): error is ProblemError;
export function isProblem<const Code extends ProblemCode>(
  error: unknown,
  ...codes: readonly [Code, ...Code[]]
): error is ProblemError<Code>;
export function isProblem(error: unknown, ...codes: readonly string[]): boolean {
  // By name, since an application may have bundled this class twice.
  return (
    error instanceof Error &&
    error.name === 'ProblemError' &&
    (codes.length === 0 || codes.includes((error as ProblemError).code))
  );
}

/** Seconds, from either form of the header (RFC 9110, section 10.2.3). */
export function retryAfterOf({ headers }: Response): number | undefined {
  const header = headers.get('retry-after');
  const seconds = header === null ? NaN : Number(header);
  const wait = Number.isNaN(seconds) ? (Date.parse(header ?? '') - Date.now()) / 1000 : seconds;
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}
