import type { InvalidMember } from '#libs/problem';

export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The maximum number of errors in a response, so that a malicious request can't inflate it. */
export const MAX_ERRORS = 20;
const MAX_POINTER_LENGTH = 256;

/**
 * RFC 6901: the pointer to `key` below `pointer`. Truncated, because clients choose the keys, but still valid UTF-8 if
 * that cuts a surrogate pair in half.
 */
export function memberPointer(pointer: string, key: string): string {
  const name = key.slice(0, MAX_POINTER_LENGTH).replaceAll('~', '~0').replaceAll('/', '~1');
  return `${pointer}/${name}`.slice(0, MAX_POINTER_LENGTH).toWellFormed();
}

export function unknownMember(pointer: string): InvalidMember {
  return { pointer: printable(pointer), code: 'unknown-member', message: 'is not a known field' };
}

/** What's wrong with the value of a member. Undefined if it's fine. */
export type MemberCheck = (value: unknown) => Omit<InvalidMember, 'pointer'> | undefined;

/** What's wrong with an object that must have no other members than these. Checks get undefined for those it lacks. */
export function checkMembers(
  pointer: string,
  value: unknown,
  checks: Readonly<Record<string, MemberCheck>>,
): InvalidMember[] {
  if (!isJsonObject(value)) {
    return [{ pointer, code: 'wrong-type', message: 'must be an object' }];
  }
  const unknown = Object.keys(value).filter((name) => !Object.hasOwn(checks, name));
  return [
    ...unknown.map((name) => unknownMember(memberPointer(pointer, name))),
    ...Object.entries(checks).flatMap(([name, check]) => {
      const mistake = check(Object.hasOwn(value, name) ? value[name] : undefined);
      return mistake ? [{ pointer: memberPointer(pointer, name), ...mistake }] : [];
    }),
  ];
}

/**
 * PostgreSQL can't store U+0000 or lone surrogates. Rejecting them here returns a clear error instead of a database
 * error.
 */
export function storabilityOf(text: string, pointer: string): InvalidMember[] {
  if (text.includes('\0')) {
    const message = 'must not contain the character U+0000';
    return [{ pointer: printable(pointer), code: 'unstorable', message }];
  }
  if (!text.isWellFormed()) {
    const message = 'must not contain a lone surrogate';
    return [{ pointer: printable(pointer), code: 'unstorable', message }];
  }
  return [];
}

/** A pointer may contain the unstorable key itself, but the response must be valid UTF-8. */
function printable(pointer: string): string {
  return pointer.replaceAll('\0', '\uFFFD').toWellFormed();
}
