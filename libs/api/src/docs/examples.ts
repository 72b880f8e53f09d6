import type { Reference } from '../openapi/document.js';
import { type Schema, schemaNameOf, type Spec } from '../openapi/spec.js';

const ID = '0197f9a2-5c1e-7c3b-9d52-6f1d1c1f4a10';

const BY_FORMAT: Readonly<Record<string, unknown>> = {
  uuid: ID,
  'date-time': '2026-11-22T09:30:00.000Z',
  uri: 'https://acme.com',
  'idn-email': 'ada@acme.com',
  password: 'seven brave otters',
};

const BY_TYPE: Readonly<Record<string, unknown>> = { integer: 1, number: 1, boolean: true, string: '…' };

interface Options {
  /** Leaves out what a request may leave out. */
  readonly shortest?: boolean;
}

/** A value that matches the schema, made of the examples in it. */
export function exampleOf(
  spec: Spec,
  schema: Schema | Reference,
  { shortest = false }: Options = {},
): unknown {
  return example(spec, schema, shortest, new Set());
}

function example(
  spec: Spec,
  schema: Schema | Reference,
  shortest: boolean,
  above: ReadonlySet<string>,
): unknown {
  const name = schemaNameOf(schema);
  const found = spec.schemaOf(schema);
  const given = found.example ?? found.default ?? found.enum?.[0];
  if (given !== undefined) {
    return given;
  }
  if (name !== undefined && above.has(name)) {
    return null;
  }
  const below = name === undefined ? above : new Set([...above, name]);
  if (found.items) {
    return [example(spec, found.items, shortest, below)];
  }
  if (found.properties) {
    const names = shortest ? shortestOf(found) : Object.keys(found.properties);
    return Object.fromEntries(
      names.map((member) => [member, example(spec, found.properties?.[member] ?? {}, shortest, below)]),
    );
  }
  return BY_FORMAT[found.format ?? ''] ?? BY_TYPE[found.type ?? ''] ?? {};
}

/** The required members, or the first one if none is. */
function shortestOf({ properties = {}, required = [] }: Schema): readonly string[] {
  return required.length > 0 ? required : Object.keys(properties).slice(0, 1);
}
