/** The rules of `npm run spec:diff`, and examples that show that it enforces them. Pure functions. */

interface Schema {
  type?: string;
  maxLength?: number;
  required?: string[];
  properties?: Record<string, Schema>;
}

interface Header {
  schema?: Schema;
  example?: string;
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

/** The minimum number of days between the release that deprecates an operation and its Sunset. */
export const NOTICE_DAYS = 180;

/** Reported but allowed by oasdiff. We promise clients that optional response members and headers stay. */
export const STRICTER = ['response-optional-property-removed', 'optional-response-header-removed'];

/**
 * The newest release that a commit contains. Its own tag does not count, so that a release is compared with the one before
 * it. Neither do pre-releases (v2.0.0-beta.1), which promise nothing.
 *
 * @param contained the tags of the commit and its ancestors, in any order
 * @param own the tags of the commit itself
 */
export function lastRelease(contained: readonly string[], own: readonly string[]): string | undefined {
  return contained
    .filter((tag) => /^v\d+\.\d+\.\d+$/.test(tag) && !own.includes(tag))
    .toSorted((one, other) => one.localeCompare(other, 'en', { numeric: true }))
    .at(-1);
}

/** A document without operations, to compare a removed API version with. */
export function withoutPaths({ openapi, info }: Document): Document {
  return { openapi, info, paths: {} };
}

/** Copies the Sunset of deprecated operations from the response headers, where we document it, to where oasdiff reads it. */
export function withSunsets(document: Document): Document {
  const copy = structuredClone(document);
  for (const operation of Object.values(copy.paths).flatMap((methods) => Object.values(methods))) {
    const sunset = Object.values(operation.responses ?? {}).find(({ headers }) => headers?.['Sunset'])
      ?.headers?.['Sunset'];
    if (operation.deprecated && sunset?.example) {
      operation['x-sunset'] = new Date(sunset.example).toISOString().slice(0, 10);
    }
  }
  return copy;
}

interface Example {
  readonly title: string;
  readonly breaks: boolean;
  /** What the document had before. */
  readonly was?: (parts: Parts) => void;
  readonly change: (parts: Parts) => void;
}

/** Shortcuts into the example document. */
interface Parts {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly items: { get?: Operation; post?: Operation };
  readonly item: Schema;
  readonly newItem: Schema;
}

/** If one of these were judged wrong, no result could be trusted. */
export const EXAMPLES: readonly Example[] = [
  { title: 'an operation is removed', breaks: true, change: ({ items }) => delete items.post },
  { title: 'a response member is removed', breaks: true, change: ({ item }) => drop(item, 'name') },
  { title: 'an optional response member is removed', breaks: true, change: ({ item }) => drop(item, 'note') },
  {
    title: 'a response header is removed',
    breaks: true,
    change: ({ items }) => delete headersOf(items.get)['ETag'],
  },
  {
    title: 'a member changes its type',
    breaks: true,
    change: ({ item }) => set(item, 'name', { type: 'integer' }),
  },
  {
    title: 'a request member becomes required',
    breaks: true,
    change: ({ newItem }) => newItem.required?.push('note'),
  },
  // Unknown members are rejected with 400.
  { title: 'a request member is removed', breaks: true, change: ({ newItem }) => drop(newItem, 'note') },
  {
    title: 'a request member gets a lower limit',
    breaks: true,
    change: ({ newItem }) => set(newItem, 'name', { type: 'string', maxLength: 10 }),
  },
  {
    title: 'an operation is deprecated without a Sunset',
    breaks: true,
    change: ({ items }) => Object.assign(items.get ?? {}, { deprecated: true }),
  },
  {
    title: 'an operation is removed before its Sunset',
    breaks: true,
    was: ({ items }) => deprecate(items.get, +10),
    change: ({ items }) => delete items.get,
  },
  {
    title: 'an operation is removed after its Sunset',
    breaks: false,
    was: ({ items }) => deprecate(items.get, -10),
    change: ({ items }) => delete items.get,
  },
  {
    title: 'an operation is deprecated with a Sunset far enough away',
    breaks: false,
    change: ({ items }) => deprecate(items.get, NOTICE_DAYS + 10),
  },
  {
    title: 'a request member is added',
    breaks: false,
    change: ({ newItem }) => set(newItem, 'color', { type: 'string' }),
  },
  {
    title: 'a response member is added',
    breaks: false,
    change: ({ item }) => set(item, 'color', { type: 'string' }),
  },
  {
    title: 'an operation is added',
    breaks: false,
    change: ({ paths }) => (paths['/more'] = { get: { responses: { 204: { description: 'Done.' } } } }),
  },
];

/** @returns the example's document before and after the change */
export function documentsOf({ was, change }: Example): [before: Document, after: Document] {
  const before = exampleDocument();
  was?.(partsOf(before));
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

function deprecate(operation: Operation = {}, days: number): void {
  operation.deprecated = true;
  const example = new Date(Date.now() + days * 86_400_000).toUTCString();
  headersOf(operation)['Sunset'] = { schema: { type: 'string' }, example };
}
