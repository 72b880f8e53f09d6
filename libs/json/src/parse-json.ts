import { invalidInput, type InvalidMember, malformedRequest } from '#libs/problem';
import { MAX_ERRORS, memberPointer, storabilityOf, unknownMember } from './members.js';

/** Deeper than any input we accept, and far below where recursive code would overflow the stack. */
const MAX_DEPTH = 32;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The only bodies that can contain an integer beyond 2^53. All others are parsed once. */
const LONG_NUMBER = /\d{16}/;

/**
 * Parses a JSON body. Rejects what no later layer should have to handle: invalid UTF-8, members that would change a
 * prototype, strings that PostgreSQL can't store, numbers that would silently become others, and nesting that would
 * overflow the stack.
 * @returns undefined for an empty body
 * @throws Problem `malformed-request`, `invalid-input`
 */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) {
    return undefined;
  }
  const text = decode(body);
  const value = parse(text);
  requireUsable(value);
  const exact = withInfinities(text, value);
  if (exact !== value) {
    requireUsable(exact);
  }
  return value;
}

/**
 * What a text contains, such as a cell of a CSV file. Check it with `invalidMembersOf`: integers beyond 2^53 are infinite.
 * @returns undefined if that's not JSON
 */
export function jsonIn(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return invalidMembersOf(value).length > 0 ? value : withInfinities(text, value);
  } catch {
    return undefined;
  }
}

function requireUsable(value: unknown): void {
  const errors = invalidMembersOf(value);
  if (errors.length > 0) {
    throw invalidInput({ errors });
  }
}

/** Only of a value that's not nested too deep, because a reviver is called recursively. */
function withInfinities(text: string, value: unknown): unknown {
  return LONG_NUMBER.test(text)
    ? JSON.parse(text, outOfRangeAsInfinity as (key: string, value: unknown) => unknown)
    : value;
}

/**
 * An integer beyond 2^53 may be an ID, which would become a different one. Fractions and exponents are doubles to
 * everyone, and lose nothing that their sender could rely on (RFC 8259, section 6).
 */
function outOfRangeAsInfinity(_key: string, value: unknown, { source = '' }: { source?: string }): unknown {
  return typeof value === 'number' && /^-?\d+$/.test(source) && isBeyondDoubles(value, source)
    ? Infinity
    : value;
}

/** The next integer after 2^53 is rounded to it, so then only the digits tell. */
function isBeyondDoubles(value: number, digits: string): boolean {
  const size = Math.abs(value);
  return size > 2 ** 53 || (size === 2 ** 53 && digits.replace('-', '') !== String(size));
}

function decode(body: Buffer): string {
  try {
    return utf8.decode(body);
  } catch {
    throw malformedRequest({ detail: "The body isn't valid UTF-8." });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw malformedRequest({ detail: "The body isn't valid JSON." });
  }
}

interface Node {
  readonly value: unknown;
  readonly pointer: string;
  readonly depth: number;
}

/**
 * What is in a value that no body may have: see `parseJson`. Iterative, so that nesting can't overflow the stack here
 * either. Stops after `MAX_ERRORS`.
 */
export function invalidMembersOf(root: unknown): InvalidMember[] {
  const errors: InvalidMember[] = [];
  const pending: Node[] = [{ value: root, pointer: '', depth: 0 }];
  for (let node = pending.pop(); node && errors.length < MAX_ERRORS; node = pending.pop()) {
    const { value, pointer, depth } = node;
    if (typeof value === 'string') {
      errors.push(...storabilityOf(value, pointer));
    } else if (typeof value === 'number' && !Number.isFinite(value)) {
      // JSON.stringify turns it into null. JSON itself has no NaN, but other formats do.
      errors.push({
        pointer,
        code: 'out-of-range',
        message: 'must be a number that a double can hold: integers only up to 2^53',
      });
    } else if (typeof value === 'object' && value !== null) {
      if (depth >= MAX_DEPTH) {
        const message = `must not be nested more than ${MAX_DEPTH} levels deep`;
        return [{ pointer: '', code: 'too-deep', message }];
      }
      for (const [key, child] of Object.entries(value)) {
        const childPointer = memberPointer(pointer, key);
        if (key === '__proto__' || (key === 'constructor' && isObjectWith(child, 'prototype'))) {
          errors.push(unknownMember(childPointer));
        } else {
          errors.push(...storabilityOf(key, childPointer));
          pending.push({ value: child, pointer: childPointer, depth: depth + 1 });
        }
      }
    }
  }
  return errors.slice(0, MAX_ERRORS);
}

function isObjectWith(value: unknown, key: string): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key);
}
