/**
 * An operation of the API, as data. `@gatehouse/client/operations` has them all.
 *
 * @typeParam Data what it takes: body, path, query and headers
 * @typeParam Result what it returns
 * @typeParam Code the codes of the problems it declares
 */
export interface Operation<in Data, out Result, out Code extends string = string> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** Needs an access token. */
  readonly authenticated?: boolean;
  /** The refresh token may be in a cookie. */
  readonly cookie?: boolean;
  /** Takes an `Idempotency-Key`, so that it can be repeated. */
  readonly idempotencyKey?: boolean;
  /** Of the body, if it isn't plain JSON. */
  readonly mediaType?: string;
  /** Never set: it only carries the types. */
  readonly types?: (data: Data) => readonly [Result, Code];
}

/** An operation whose types don't matter. */
export type AnyOperation = Operation<never, unknown>;

/** The body, path, query and headers of a request, and a signal that aborts it, with all of its retries. */
export type Options<Data> = Omit<Data, 'url' | 'headers'> & {
  readonly headers?: HeadersOf<Data>;
  readonly signal?: AbortSignal | undefined;
};

/** Options may be left out if none is required. */
export type Arguments<Data> =
  Partial<Options<Data>> extends Options<Data> ? [options?: Options<Data>] : [options: Options<Data>];

/** The codes of the problems that an operation declares: `ProblemCodeOf<typeof register>`. */
export type ProblemCodeOf<Of> = Of extends Operation<never, unknown, infer Code> ? Code : never;

/** The declared ones, which an editor can complete, and any other. */
type HeadersOf<Data> = (Data extends { headers?: infer Declared } ? NonNullable<Declared> : unknown) & {
  readonly [name: string]: string | undefined;
};
