/** The rules of `npm run spec:diff`, and examples that show that it enforces them. Pure functions. */

interface Schema {
  type?: string;
  maxLength?: number;
  required?: string[];
  properties?: Record<string, Schema>;
}

interface Header {
  schema?: Schema;
}

interface Operation {
  deprecated?: boolean;
  'x-sunset'?: string;
  requestBody?: object;
  responses?: Record<string, { description?: string; headers?: Record<string, Header>; content?: object }>;
}

/** The parts of an OpenAPI document that the rules look at. */
export interface Document {
  readonly openapi: string;
  readonly info: object;
  paths: Record<string, Record<string, Operation>>;
  components?: { schemas: Record<string, Schema> };
}

/** The minimum number of days between the release that deprecates an operation and its Sunset (docs/api-changelog.md). */
export const NOTICE_DAYS = 365;

/** Reported but allowed by oasdiff. We promise clients that optional response members and headers stay. */
export const STRICTER = ['response-optional-property-removed', 'optional-response-header-removed'];

/** A document without operations, to compare a removed API version with. */
export function withoutPaths({ openapi, info }: Document): Document {
  return { openapi, info, paths: {} };
}

type Change = (parts: Parts) => unknown;
/** A change, and what the document had before, if that matters. */
type Example = readonly [title: string, change: Change, before?: Change];

/** Shortcuts into the example document. */
interface Parts {
  readonly paths: Document['paths'];
  readonly items: { get?: Operation; post?: Operation };
  readonly item: Schema;
  readonly newItem: Schema;
}

const TEXT = { type: 'string' };

/** If one of these were judged wrong, no result could be trusted. */
export const EXAMPLES: Readonly<Record<'breaking' | 'safe', readonly Example[]>> = {
  breaking: [
    ['an operation is removed', ({ items }) => delete items.post],
    ['a response member is removed', ({ item }) => drop(item, 'name')],
    ['an optional response member is removed', ({ item }) => drop(item, 'note')],
    ['a response header is removed', ({ items }) => delete headersOf(items.get)['ETag']],
    ['a member changes its type', ({ item }) => set(item, 'name', { type: 'integer' })],
    ['a request member becomes required', ({ newItem }) => newItem.required?.push('note')],
    // Unknown members are rejected with 400.
    ['a request member is removed', ({ newItem }) => drop(newItem, 'note')],
    [
      'a request member gets a lower limit',
      ({ newItem }) => set(newItem, 'name', { ...TEXT, maxLength: 10 }),
    ],
    ['an operation is deprecated without a Sunset', ({ items }) => deprecate(items.get)],
    [
      'an operation is removed before its Sunset',
      ({ items }) => delete items.get,
      ({ items }) => deprecate(items.get, 10),
    ],
  ],
  safe: [
    [
      'an operation is removed after its Sunset',
      ({ items }) => delete items.get,
      ({ items }) => deprecate(items.get, -10),
    ],
    ['an operation is deprecated in time', ({ items }) => deprecate(items.get, NOTICE_DAYS + 10)],
    ['a request member is added', ({ newItem }) => set(newItem, 'color', TEXT)],
    ['a response member is added', ({ item }) => set(item, 'color', TEXT)],
    [
      'an operation is added',
      ({ paths }) => (paths['/more'] = { get: { responses: { 204: { description: 'Done.' } } } }),
    ],
  ],
};

/** @returns the example's document before and after the change */
export function documentsOf([, change, prepare]: Example): [before: Document, after: Document] {
  const before = exampleDocument();
  prepare?.(partsOf(before));
  const after = structuredClone(before);
  change(partsOf(after));
  return [before, after];
}

/** Uses the same constructs as our own documents. */
function exampleDocument(): Document {
  const content = (name: string): object => ({
    'application/json': { schema: { $ref: `#/components/schemas/${name}` } },
  });
  const schema = (): Schema => ({
    type: 'object',
    required: ['name'],
    properties: { name: { type: 'string', maxLength: 100 }, note: { type: 'string' } },
  });
  const headers = { ETag: { schema: { type: 'string' } } };
  return {
    openapi: '3.0.3',
    info: { title: 'Example', version: '1.0.0' },
    paths: {
      '/items': {
        get: { responses: { 200: { description: 'One.', headers, content: content('Item') } } },
        post: {
          requestBody: { required: true, content: content('NewItem') },
          responses: { 201: { description: 'Created.', content: content('Item') } },
        },
      },
    },
    components: { schemas: { Item: schema(), NewItem: schema() } },
  };
}

function partsOf({ paths, components }: Document): Parts {
  const { Item = {}, NewItem = {} } = components?.schemas ?? {};
  return { paths, items: paths['/items'] ?? {}, item: Item, newItem: NewItem };
}

function headersOf(operation: Operation | undefined): Record<string, Header> {
  return operation?.responses?.['200']?.headers ?? {};
}

function set(schema: Schema, name: string, property: Schema): void {
  (schema.properties ?? {})[name] = property;
}

function drop(schema: Schema, name: string): void {
  delete schema.properties?.[name];
  schema.required = schema.required?.filter((other) => other !== name) ?? [];
}

function deprecate(operation: Operation = {}, days?: number): void {
  operation.deprecated = true;
  if (days !== undefined) {
    operation['x-sunset'] = new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  }
}
