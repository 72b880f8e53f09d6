import type { InvalidMember } from '#libs/problem';

/** So many are named at most: an answer must not grow with the malice of the question. */
export const MAX_ERRORS = 20;
const MAX_POINTER_LENGTH = 256;

/** RFC 6901: the pointer to `key` below `pointer`. Keys are the caller's, so their length has a bound here. */
export function memberPointer(pointer: string, key: string): string {
  const name = key.slice(0, MAX_POINTER_LENGTH).replaceAll('~', '~0').replaceAll('/', '~1');
  return `${pointer}/${name}`.slice(0, MAX_POINTER_LENGTH);
}

export function unknownMember(pointer: string): InvalidMember {
  return { pointer: printable(pointer), code: 'unknown-member', message: 'is not a known field' };
}

/** PostgreSQL stores neither U+0000 nor half a surrogate pair; both are refused by name rather than by an error of its. */
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

/** A pointer may quote the very key that is unstorable; the answer must still be good UTF-8. */
function printable(pointer: string): string {
  return pointer.replaceAll('\0', '\uFFFD').toWellFormed();
}
