/** What there is to know about a kind of failure, said once: the filter, the documents and `/problems/{code}` read it here. */
export interface ProblemDefinition {
  /** The HTTP status (RFC 9110, section 15). */
  readonly status: number;
  /** A short summary that stays the same from one occurrence to the next. */
  readonly title: string;
  /** For the page behind the `type` URL: what it means and what the caller can do. */
  readonly about: string;
}

/** One invalid member of the input. */
export interface InvalidMember {
  /** RFC 6901: where it stands in the body, or `/name` for a query or path parameter. */
  readonly pointer: string;
  /** Stable and kebab-case, such as `too-long`. */
  readonly code: string;
  readonly message: string;
}

export interface Occurrence {
  /** What went wrong this time, for the caller's eyes: no stack, SQL or internal name. */
  readonly detail?: string;
  readonly errors?: readonly InvalidMember[];
  /** Response headers, such as `Retry-After`; several values become a line each. */
  readonly headers?: Readonly<Record<string, string | string[]>>;
  /** Further members of the problem document (RFC 9457, section 3.2). */
  readonly members?: Readonly<Record<string, unknown>>;
  /** For the log only. */
  readonly cause?: unknown;
}

/** The one kind of error that services throw on purpose: it carries its stable code, and never an HTTP or gRPC notion. */
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

const registry = new Map<string, ProblemDefinition>();

/** Declares a kind of failure. A code can't be thrown without a definition, so there is no unmapped code. */
export function defineProblem(code: string, definition: ProblemDefinition): ProblemFactory {
  if (registry.has(code)) {
    throw new Error(`the problem "${code}" is defined twice`);
  }
  registry.set(code, definition);
  const create = (occurrence?: Occurrence): Problem => new Problem(code, definition, occurrence);
  return Object.assign(create, {
    code,
    definition,
    is: (error: unknown): boolean => error instanceof Problem && error.code === code,
  });
}

export function findProblem(code: string): ProblemDefinition | undefined {
  return registry.get(code);
}

/** Every declared problem by its code. */
export function allProblems(): ReadonlyMap<string, ProblemDefinition> {
  return registry;
}
