import { Declarations } from '#libs/lifecycle';

/** A kind of failure, declared once for the exception filter, the OpenAPI documents and `/problems/{code}`. */
export interface ProblemDefinition {
  /** The HTTP status (RFC 9110, section 15). */
  readonly status: number;
  /** A short summary, the same for every occurrence. */
  readonly title: string;
  /** What it means. */
  readonly about: string;
  /** What the caller can do about it. */
  readonly fix: string;
  /** The field of the input that it is about, if it's always the same, and what is expected of it. */
  readonly field?: Pick<InvalidMember, 'pointer' | 'message'>;
}

/** The `detail` of an occurrence that has none of its own. */
export function detailOf({ about, fix }: ProblemDefinition): string {
  return `${about} ${fix}`;
}

/** One invalid member of the input. */
export interface InvalidMember {
  /** A JSON Pointer (RFC 6901) into the body, or `/name` for a query or path parameter. */
  readonly pointer: string;
  /** Stable and kebab-case, such as `too-long`. */
  readonly code: string;
  /** What is expected, worded to follow the name of the field. */
  readonly message: string;
  /** The bound that the value is below, so that a form can word its own message. */
  readonly minimum?: number;
  /** The bound that the value is above. */
  readonly maximum?: number;
  /** The values that would be valid. */
  readonly allowed?: readonly string[];
}

export interface Occurrence {
  /** What went wrong this time. Sent to the caller, so no stack traces, SQL or internal names. */
  readonly detail?: string;
  readonly errors?: readonly InvalidMember[];
  /** Response headers, such as `Retry-After`. Arrays become one header line per value. */
  readonly headers?: Readonly<Record<string, string | string[]>>;
  /** Additional members of the problem document (RFC 9457, section 3.2). */
  readonly members?: Readonly<Record<string, unknown>>;
  /** Only logged, never sent. */
  readonly cause?: unknown;
}

/**
 * An expected failure, and the only error that services throw deliberately. Has a stable code and doesn't depend on
 * HTTP or gRPC.
 */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly code: string,
    readonly definition: ProblemDefinition,
    readonly occurrence: Occurrence = {},
  ) {
    super(occurrence.detail ?? definition.title, { cause: occurrence.cause });
  }
}

export interface ProblemFactory {
  (occurrence?: Occurrence): Problem;
  readonly code: string;
  readonly definition: ProblemDefinition;
  /** Whether `error` is this problem. */
  is(error: unknown): boolean;
}

const registry = new Declarations<ProblemDefinition>('problem', 'Give one of the two another code.');

/** Declares a kind of failure. Codes can only be thrown with a definition, so every code has a status. */
export function defineProblem(code: string, definition: ProblemDefinition): ProblemFactory {
  registry.declare(code, () => definition);
  const create = (occurrence?: Occurrence): Problem => new Problem(code, definition, occurrence);
  return Object.assign(create, {
    code,
    definition,
    is: (error: unknown): boolean => error instanceof Problem && error.code === code,
  });
}

/** All declared problems, by code. */
export function allProblems(): ReadonlyMap<string, ProblemDefinition> {
  return registry;
}
