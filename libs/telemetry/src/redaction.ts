const REPLACEMENTS: readonly (readonly [RegExp, string])[] = [
  // Addresses, also percent-encoded as in a URL; not the @scope of a package in the path of a stack.
  [/[^\s@"'<>(),;:=/\\]+(?:@|%40)[^\s@"'<>(),;:/]+\.[a-z]{2,}/gi, '[email]'],
  // JSON Web Tokens, and the credentials of a URL.
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '[token]'],
  [/(\w+:\/\/)[^\s/@]*:[^\s/@]*@/g, '$1[credentials]@'],
  // What our own opaque tokens look like: 256 bits and more as base64url.
  [/[A-Za-z0-9_-]{43,}/g, '[token]'],
];

/** The text without what identifies a person or lets somebody in. */
export function redactText(text: string): string {
  return REPLACEMENTS.reduce(
    (redacted, [pattern, replacement]) => redacted.replace(pattern, replacement),
    text,
  );
}

/** Members whose value never goes to a log, wherever a library may put them. */
export const SECRET_MEMBERS: readonly string[] = [
  'password',
  'newPassword',
  'currentPassword',
  'token',
  'accessToken',
  'refreshToken',
  'authorization',
  'cookie',
  'email',
];

export interface LoggableError {
  readonly type: string;
  readonly message: string;
  readonly stack: string;
  readonly code?: unknown;
  readonly cause?: LoggableError;
}

/** What is worth logging of an error, redacted. Other members are left out: drivers hang parameters and addresses on them. */
export function describeError(error: unknown): LoggableError {
  if (!(error instanceof Error)) {
    return { type: typeof error, message: redactText(String(error)), stack: '' };
  }
  const { code } = error as { code?: unknown };
  return {
    type: error.name,
    message: redactText(error.message),
    stack: redactText(error.stack ?? ''),
    ...(code === undefined ? {} : { code }),
    ...(error.cause instanceof Error ? { cause: describeError(error.cause) } : {}),
  };
}
