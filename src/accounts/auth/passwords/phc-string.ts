/** The parts of a PHC string (https://github.com/P-H-C/phc-string-format), which are separated by dollar signs. */

/** `name=value,…` in any order. Empty unless each name is there once, and no other. */
export function membersOf<Name extends string>(
  text: string,
  names: readonly Name[],
): Partial<Record<Name, string>> {
  const found = new Map<string, string>();
  const members = text.split(',');
  for (const member of members) {
    const [, name = '', value = ''] = /^([a-z]+)=(.*)$/.exec(member) ?? [];
    found.set(name, value);
  }
  const complete = members.length === names.length && names.every((name) => found.has(name));
  return complete ? (Object.fromEntries(found) as Record<Name, string>) : {};
}

/** The members that are numbers. */
export function numbersOf<Name extends string>(
  members: Partial<Record<Name, string>>,
): Partial<Record<Name, number>> {
  const numbers: Partial<Record<Name, number>> = {};
  for (const name in members) {
    const number = numberOf(members[name] ?? '');
    if (number !== undefined) {
      numbers[name] = number;
    }
  }
  return numbers;
}

/** @returns undefined unless it's a positive integer, without leading zeros */
export function numberOf(text: string): number | undefined {
  return /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined;
}

/** @returns the last two parts, or undefined for one that is malformed, too short or too long */
export function saltAndHash([salt, hash, ...more]: readonly string[]): (Uint8Array | undefined)[] {
  return more.length > 0 ? [] : [decode(salt, 8, 64), decode(hash, 16, 64)];
}

/** Base64 or base64url, with or without padding. @returns undefined if it isn't canonical, or has another length */
export function decode(text: string | undefined, min: number, max: number): Uint8Array | undefined {
  const standard = text?.replaceAll('-', '+').replaceAll('_', '/') ?? '=';
  const bytes = Buffer.from(standard, 'base64');
  const padded = bytes.toString('base64');
  const isCanonical = standard === padded || standard === padded.replace(/=+$/, '');
  // A copy, because threads get the whole memory behind a Buffer.
  return isCanonical && bytes.length >= min && bytes.length <= max ? Uint8Array.from(bytes) : undefined;
}
