import { isJsonObject, jsonIn, memberPointer, storabilityOf } from '#libs/json';
import { invalidInput } from '#libs/problem';
import type { Row } from './file-rows.js';
import { ROW_MEMBERS } from './imported-user.js';

/** Makes a row with our members of one that another product has exported. */
export type ImportMapping = (row: Row) => Row;

/** A text, or a value of the row: `{path}`, `{path|text if it's missing}`, `{path?text if it's there:text if it isn't}`. */
type Part =
  string | { readonly path: readonly string[]; readonly present?: string; readonly absent?: string };

const PLACEHOLDER = /\{([^{}|?]+)(?:\|([^{}]*)|\?([^{}:]*):([^{}]*))?\}/g;
/** A single member of the metadata, such as the ID that the user had. */
const NESTED = /^(metadata|appMetadata)\.(?!__proto__$)([\p{L}\p{N}_-]{1,64})$/u;
const MAX_TEMPLATE_LENGTH = 1_024;

/**
 * Reads the header `Import-Mapping`: JSON, with a template for each member, such as
 * `{"email":"{username}","displayName":"{firstName|} {lastName|}"}`.
 * @throws Problem `invalid-input`
 */
export function parseMapping(header: string): Readonly<Record<string, string>> {
  const value = jsonIn(decoded(header));
  if (value === undefined) {
    throw invalidMapping(undefined, 'must be JSON, in UTF-8');
  }
  if (!isJsonObject(value)) {
    throw invalidMapping(undefined, 'must be an object');
  }
  for (const [member, template] of Object.entries(value)) {
    if (!ROW_MEMBERS.includes(member) && !NESTED.test(member)) {
      throw invalidMapping(member, `must be one of: ${ROW_MEMBERS.join(', ')}`);
    }
    if (typeof template !== 'string' || template.length > MAX_TEMPLATE_LENGTH) {
      throw invalidMapping(member, `must be a string of at most ${MAX_TEMPLATE_LENGTH} characters`);
    }
    const [unstorable] = storabilityOf(template, '');
    if (unstorable) {
      throw invalidMapping(member, unstorable.message);
    }
    if (/[{}]/.test(template.replace(PLACEHOLDER, ''))) {
      throw invalidMapping(member, 'has a brace that is not closed');
    }
  }
  if (!('email' in value)) {
    throw invalidMapping('email', 'is required');
  }
  return value as Record<string, string>;
}

/** Node reads the bytes of headers as Latin-1. @returns an empty string if they're not UTF-8 */
function decoded(header: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(header, 'latin1'));
  } catch {
    return '';
  }
}

/** @param templates as in `parseMapping` */
export function compileMapping(templates: Readonly<Record<string, string>>): ImportMapping {
  const members = Object.entries(templates).map(([member, template]) => [member, partsOf(template)] as const);
  return (row) => {
    const mapped: Record<string, unknown> = {};
    const nested: [parent: string, key: string, value: unknown][] = [];
    for (const [member, parts] of members) {
      const value = fill(parts, row);
      const [, parent, key] = NESTED.exec(member) ?? [];
      if (value !== undefined && parent !== undefined && key !== undefined) {
        nested.push([parent, key, value]);
      } else if (value !== undefined) {
        mapped[member] = value;
      }
    }
    for (const [parent, key, value] of nested) {
      const given = typeof mapped[parent] === 'string' ? jsonIn(mapped[parent]) : mapped[parent];
      mapped[parent] = { ...(given as object | undefined), [key]: value };
    }
    return mapped;
  };
}

function partsOf(template: string): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const match of template.matchAll(PLACEHOLDER)) {
    const [all, path = '', missing, present, absent] = match;
    parts.push(template.slice(end, match.index), {
      path: path.trim().split('.'),
      ...(present === undefined ? {} : { present }),
      ...((missing ?? absent) === undefined ? {} : { absent: missing ?? absent ?? '' }),
    });
    end = match.index + all.length;
  }
  return [...parts, template.slice(end)].filter((part) => part !== '');
}

/** A single value stays what it is. With others around it, it becomes text. Nothing if a value is missing. */
function fill(parts: readonly Part[], row: Row): unknown {
  const values = parts.map((part) => (typeof part === 'string' ? part : valueOf(part, row)));
  if (values.includes(undefined)) {
    return undefined;
  }
  if (values.length === 1) {
    return values[0];
  }
  const text = values
    .map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
    .join('')
    .trim();
  return text === '' ? undefined : text;
}

function valueOf({ path, present, absent }: Exclude<Part, string>, row: Row): unknown {
  const value = lookUp(row, path);
  const isThere = value !== undefined && value !== null && value !== '';
  if (present !== undefined) {
    return isThere && value !== false && value !== 'false' && value !== 'f' ? present : absent;
  }
  return isThere ? value : absent;
}

/** Texts that contain JSON are opened on the way, as in a column of a CSV file. */
function lookUp(row: Row, path: readonly string[]): unknown {
  let value: unknown = row;
  for (const key of path) {
    const parent = typeof value === 'string' ? jsonIn(value) : value;
    if (typeof parent !== 'object' || parent === null || !Object.hasOwn(parent, key)) {
      return undefined;
    }
    value = (parent as Record<string, unknown>)[key];
  }
  return value;
}

/** @param member which template, or undefined if it's all of them */
function invalidMapping(member: string | undefined, message: string): Error {
  const pointer = memberPointer('', 'Import-Mapping');
  return invalidInput({
    detail: 'The header Import-Mapping is invalid.',
    errors: [
      {
        pointer: member === undefined ? pointer : memberPointer(pointer, member),
        code: 'invalid-mapping',
        message,
      },
    ],
  });
}
