import { invalidMembersOf, isJsonObject, jsonIn, memberPointer } from '#libs/json';
import { timeOfId } from '#libs/clock';
import {
  EMAIL_MAX_LENGTH,
  countGraphemes,
  isEmailAddress,
  isInstant,
  LOCALE_MAX_LENGTH,
  withColonInOffset,
} from '#libs/text';
import { PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH, reasonAgainstHash } from '../../auth/index.js';
import {
  AVATAR_URL_MAX_LENGTH,
  AVATAR_URL_RULE,
  type BatchedUser,
  LOCALE_RULE,
  METADATA_BYTES,
  NAME_MAX_GRAPHEMES,
  NAME_MAX_LENGTH,
  NAME_RULE,
  type TextRule,
  TIMEZONE_MAX_LENGTH,
  TIMEZONE_RULE,
  toUri,
  trimName,
  USER_STATUSES,
} from '../../users/index.js';
import type { RowError } from '../transfer.repository.js';
import type { Row } from './file-rows.js';

/** A row that keeps all rules that don't depend on what's stored. */
export interface ImportedUser extends Omit<BatchedUser, 'createdAt' | 'roles'> {
  readonly line: number;
  /** Undefined for the role that everyone has. */
  readonly roles: readonly string[] | undefined;
  readonly createdAt: Date | undefined;
  readonly password: string | undefined;
  readonly passwordHash: string | undefined;
  readonly invite: boolean;
}

/** The value as it's stored, or why it can't be. */
type Check = (
  value: unknown,
) => { readonly value: unknown } | { readonly code: string; readonly message: string };

const WRONG_TEXT = { code: 'wrong-type', message: 'must be a string' };
const UUID_V7 = /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/i;
const MAX_ROLES = 100;

/** What each member must be. The same as in `POST /users`. Optional members may also be null. */
const CHECKS: Readonly<Record<string, Check>> = {
  id: text({
    maxLength: 36,
    rule: { code: 'invalid-id', test: (id) => UUID_V7.test(id), message: 'must be a UUIDv7' },
    convert: (id) => id.toLowerCase(),
  }),
  email: text({
    maxLength: EMAIL_MAX_LENGTH,
    rule: { code: 'invalid-email', test: isEmailAddress, message: 'must be an email address' },
  }),
  emailVerified: boolean,
  displayName: (value) =>
    typeof value === 'string' && countGraphemes(value.slice(0, NAME_MAX_LENGTH + 1)) > NAME_MAX_GRAPHEMES
      ? tooLong(NAME_MAX_GRAPHEMES)
      : text({ minLength: 1, maxLength: NAME_MAX_LENGTH, rule: NAME_RULE, convert: trimName })(value),
  locale: text({ maxLength: LOCALE_MAX_LENGTH, rule: remembering(LOCALE_RULE) }),
  timezone: text({ maxLength: TIMEZONE_MAX_LENGTH, rule: remembering(TIMEZONE_RULE) }),
  avatarUrl: text({ maxLength: AVATAR_URL_MAX_LENGTH, rule: AVATAR_URL_RULE, convert: toUri }),
  metadata: jsonObject,
  appMetadata: jsonObject,
  roles: (value) =>
    Array.isArray(value) && value.length <= MAX_ROLES && value.every((role) => typeof role === 'string')
      ? { value: [...new Set(value)] }
      : { code: 'wrong-type', message: `must be a list of at most ${MAX_ROLES} names of roles` },
  status: (value) =>
    USER_STATUSES.some((status) => status === value)
      ? { value }
      : { code: 'not-one-of', message: `must be one of: ${USER_STATUSES.join(', ')}` },
  createdAt: text({
    maxLength: 35,
    rule: {
      code: 'invalid-date-time',
      test: (time) => isInstant(time) && Date.parse(time) >= 0 && Date.parse(time) <= Date.now(),
      message: 'must be an RFC 3339 date and time between 1970 and now, such as 2026-11-22T09:30:00Z',
    },
    convert: withColonInOffset,
  }),
  password: text({ minLength: PASSWORD_MIN_LENGTH, maxLength: PASSWORD_MAX_LENGTH }),
  passwordHash: (value) => {
    const reason = typeof value === 'string' ? reasonAgainstHash(value) : WRONG_TEXT.message;
    return reason === undefined ? { value } : { code: 'invalid-hash', message: reason };
  },
  invite: boolean,
};

export const ROW_MEMBERS: readonly string[] = Object.keys(CHECKS);

/** What doesn't fit together. Of each pair, the row can have one. */
const CONFLICTS = [
  ['invite', 'password'],
  ['invite', 'passwordHash'],
  ['password', 'passwordHash'],
] as const;

/**
 * @param isText whether the values can be texts, as in CSV, that are read as what they should be. What JSON may not contain
 * was not looked for then
 */
export function toImportedUser(row: Row, line: number, isText: boolean): ImportedUser | readonly RowError[] {
  const errors: RowError[] = [];
  const values: Record<string, unknown> = {};
  const fail = (member: string, code: string, message: string): void => {
    errors.push({ line, pointer: memberPointer('', member), code, message });
  };
  for (const [member, given] of Object.entries(row)) {
    const check = Object.hasOwn(CHECKS, member) ? CHECKS[member] : undefined;
    if (!check) {
      fail(member, 'unknown-member', 'is not a known field');
    } else if (given !== null) {
      const value = isText ? fromText(member, given) : given;
      const invalid = isText ? invalidMembersOf({ [member]: value }) : [];
      const checked = check(value);
      if (invalid.length > 0) {
        errors.push(...invalid.map(({ pointer, code, message }) => ({ line, pointer, code, message })));
      } else if ('value' in checked) {
        values[member] = checked.value;
      } else {
        fail(member, checked.code, checked.message);
      }
    }
  }
  if (row['email'] === undefined || row['email'] === null) {
    fail('email', 'required', 'is required');
  }
  for (const [one, other] of CONFLICTS) {
    if (values[one] && values[other]) {
      fail(one, 'conflicting', `must not be combined with \`${other}\``);
    }
  }
  const contradiction = timeOfContradiction(values);
  if (contradiction !== undefined) {
    fail('id', 'contradicts-created-at', contradiction);
  }
  if (values['invite'] && values['status'] === 'suspended') {
    fail('invite', 'conflicting', 'must not be combined with `"status": "suspended"`');
  }
  return errors.length > 0 ? errors.slice(0, MAX_ERRORS) : userOf(values as Values, line);
}

/** Products issue an ID a moment before or after they store the account. */
const TOLERANCE_MS = 60_000;

/** Lists and filters go by the time in the ID, so it has to be that of the account. @returns what is wrong with it */
function timeOfContradiction({ id, createdAt }: Record<string, unknown>): string | undefined {
  if (typeof id !== 'string') {
    return undefined;
  }
  const time = timeOfId(id).getTime();
  if (time > Date.now() + TOLERANCE_MS) {
    return 'must not contain a time in the future';
  }
  return typeof createdAt === 'string' && Math.abs(Date.parse(createdAt) - time) > TOLERANCE_MS
    ? 'must contain the time of `createdAt`. Leave it out, and keep it in the metadata'
    : undefined;
}

/** Enough to see what's wrong with a row. */
const MAX_ERRORS = 5;

type Values = Partial<Omit<ImportedUser, 'createdAt'>> & {
  readonly email: string;
  readonly createdAt?: string;
};

function userOf(values: Values, line: number): ImportedUser {
  const { emailVerified = false, status = 'active', invite = false, createdAt } = values;
  return {
    ...values,
    line,
    emailVerified,
    status,
    invite,
    roles: values.roles,
    createdAt: createdAt === undefined ? undefined : new Date(createdAt),
    password: values.password,
    passwordHash: values.passwordHash,
  };
}

/** PostgreSQL writes `t` and `f`. */
const BOOLEANS: Readonly<Record<string, boolean>> = {
  true: true,
  t: true,
  1: true,
  false: false,
  f: false,
  0: false,
};

function fromText(member: string, value: unknown): unknown {
  if (member === 'createdAt' && typeof value === 'number') {
    return toInstant(String(value));
  }
  if (typeof value !== 'string') {
    return value;
  }
  switch (member) {
    case 'emailVerified':
    case 'invite':
      return BOOLEANS[value.toLowerCase()] ?? value;
    case 'metadata':
    case 'appMetadata':
      return jsonIn(value) ?? value;
    case 'createdAt':
      return toInstant(value);
    case 'roles':
      return value.startsWith('[')
        ? (jsonIn(value) ?? value)
        : value.split(/[\s,;]+/).filter((role) => role !== '');
    default:
      return value;
  }
}

/** Products also write points in time as PostgreSQL does, or in milliseconds since 1970. */
function toInstant(text: string): string {
  if (/^\d{12,13}$/.test(text)) {
    return new Date(Number(text)).toISOString();
  }
  return text.replace(/^(\d{4}-\d{2}-\d{2}) /, '$1T').replace(/([+-]\d{2})$/, '$1:00');
}

interface TextOptions {
  readonly minLength?: number;
  /** In code points. */
  readonly maxLength: number;
  readonly rule?: TextRule;
  readonly convert?: (text: string) => string;
}

function text({ minLength = 0, maxLength, rule, convert }: TextOptions): Check {
  return (given) => {
    if (typeof given !== 'string') {
      return WRONG_TEXT;
    }
    const value = convert ? convert(given) : given;
    const length = value.length > maxLength ? [...value].length : value.length;
    if (length < minLength) {
      return { code: 'too-short', message: `must be at least ${minLength} characters long` };
    }
    if (length > maxLength) {
      return tooLong(maxLength);
    }
    return rule && !rule.test(value) ? { code: rule.code, message: rule.message } : { value };
  };
}

function tooLong(max: number): { code: string; message: string } {
  return { code: 'too-long', message: `must be at most ${max} characters long` };
}

function boolean(value: unknown): ReturnType<Check> {
  return typeof value === 'boolean' ? { value } : { code: 'wrong-type', message: 'must be true or false' };
}

function jsonObject(value: unknown): ReturnType<Check> {
  if (!isJsonObject(value)) {
    return { code: 'wrong-type', message: 'must be an object' };
  }
  return Buffer.byteLength(JSON.stringify(value)) > METADATA_BYTES
    ? { code: 'too-large', message: `must be at most ${METADATA_BYTES} bytes of JSON` }
    : { value };
}

/** Asking `Intl` takes long, and a file has few different values. */
function remembering(rule: TextRule): TextRule {
  const known = new Map<string, boolean>();
  return {
    ...rule,
    test: (value) => {
      const result = known.get(value) ?? rule.test(value);
      if (known.size < 1_000) {
        known.set(value, result);
      }
      return result;
    },
  };
}
