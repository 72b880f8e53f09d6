import type { InvalidMember } from '#libs/problem';

/** RFC 6901: the pointer to `key` below `pointer`. */
export function memberPointer(pointer: string, key: string): string {
  return `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** PostgreSQL stores neither U+0000 nor half a surrogate pair; both are refused by name rather than by an error of its. */
export function storabilityOf(text: string, pointer: string): InvalidMember[] {
  if (text.includes('\0')) {
    return [
      { pointer: printable(pointer), code: 'unstorable', message: 'must not contain the character U+0000' },
    ];
  }
  if (!text.isWellFormed()) {
    return [
      { pointer: printable(pointer), code: 'unstorable', message: 'must not contain a lone surrogate' },
    ];
  }
  return [];
}

/** A pointer may quote the very key that is unstorable; the answer must still be good UTF-8. */
function printable(pointer: string): string {
  return pointer.replaceAll('\0', '\uFFFD').toWellFormed();
}
