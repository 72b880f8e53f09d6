import { type Timestamp, timestampDate } from '@bufbuild/protobuf/wkt';
import { validate } from 'uuid';
import { invalidInput, type Problem } from '#libs/problem';

/** The range of `google.protobuf.Timestamp`. */
const FIRST_SECOND = -62_135_596_800n;
const LAST_SECOND = 253_402_300_799n;
const MAX_NANOS = 999_999_999;

/** @param pointer a JSON Pointer to the field, such as `/id`. @throws Problem `invalid-input` if it isn't a UUID */
export function requireUuid(value: string, pointer: string): string {
  if (!validate(value)) {
    throw invalidField(pointer, 'invalid-id', 'must be a UUID');
  }
  return value.toLowerCase();
}

/** @throws Problem `invalid-input` if it's longer than `max` or has a character that PostgreSQL can't store */
export function requireText(value: string, pointer: string, max: number): string {
  if (value.length > max) {
    throw invalidField(pointer, 'too-long', `must have at most ${max} characters`);
  }
  if (value.includes('\0')) {
    throw invalidField(pointer, 'invalid-characters', 'must not contain the character U+0000');
  }
  return value;
}

/** @throws Problem `invalid-input` if it's out of the range of dates */
export function dateOf(value: Timestamp | undefined, pointer: string): Date | undefined {
  if (!value) {
    return undefined;
  }
  const { seconds, nanos } = value;
  if (seconds < FIRST_SECOND || seconds > LAST_SECOND || nanos < 0 || nanos > MAX_NANOS) {
    throw invalidField(pointer, 'invalid-time', 'must be a time between the years 1 and 9999');
  }
  return timestampDate(value);
}

/** A Problem `invalid-input` about one field. */
export function invalidField(pointer: string, code: string, message: string): Problem {
  return invalidInput({ errors: [{ pointer, code, message }] });
}
