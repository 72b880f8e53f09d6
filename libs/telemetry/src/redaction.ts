import { withSourcePositions } from './source-positions.js';

const REPLACEMENTS: readonly (readonly [RegExp, string])[] = [
  // Email addresses, including percent-encoded ones in URLs, but not the @scope of a package in a stack trace.
  [/[^\s@"'<>(),;:=/\\]+(?:@|%40)[^\s@"'<>(),;:/]+\.[a-z]{2,}/gi, '[email]'],
  // JSON Web Tokens, and credentials in URLs.
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '[token]'],
  [/(\w+:\/\/)[^\s/@]*:[^\s/@]*@/g, '$1[credentials]@'],
  // Our own opaque tokens: at least 256 bits in base64url.
  [/[A-Za-z0-9_-]{43,}/g, '[token]'],
];

/** Replaces everything in the text that identifies a person or grants access. */
export function redactText(text: string): string {
  return REPLACEMENTS.reduce(
    (redacted, [pattern, replacement]) => redacted.replace(pattern, replacement),
    text,
  );
}

/** Fields whose values are never logged, wherever a library may put them. */
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

/**
 * The loggable parts of an error, redacted. Other properties are omitted, because drivers attach parameters and
 * addresses to them.
 */
export function describeError(error: unknown): LoggableError {
  if (!(error instanceof Error)) {
    return { type: typeof error, message: redactText(String(error)), stack: '' };
  }
  const { code } = error as { code?: unknown };
  return {
    type: error.name,
    message: redactText(error.message),
    stack: redactText(withSourcePositions(error.stack ?? '')),
    ...(code === undefined ? {} : { code }),
    ...(error.cause instanceof Error ? { cause: describeError(error.cause) } : {}),
  };
}

/**
 * The code or name of what caused an error in the first place, such as a SQLSTATE or `ECONNREFUSED`. Safe to log, unlike
 * messages, which may contain values.
 */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return 'unknown error';
  }
  if (error.cause instanceof Error) {
    return reasonOf(error.cause);
  }
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : error.name;
}
