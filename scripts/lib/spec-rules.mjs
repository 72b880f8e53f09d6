/** What `npm run spec:diff` holds a document against, and examples that show that it would notice. Pure functions. */

/** Days between the release that deprecates an operation and its Sunset, at least. */
export const NOTICE_DAYS = 180;

/**
 * What oasdiff only mentions, but clients of this API were promised: members and headers of answers stay, even those that
 * don't come with every answer.
 */
export const STRICTER = ['response-optional-property-removed', 'optional-response-header-removed'];

/**
 * The newest release that a commit contains. Its own tag doesn't count, so that a release is compared with the one before;
 * neither do pre-releases (v2.0.0-beta.1), which promise nothing.
 *
 * @param {string[]} contained tags of the commit and those before it, in any order
 * @param {string[]} own tags of the commit itself
 * @returns {string | undefined}
 */
export function lastRelease(contained, own) {
  return contained
    .filter((tag) => /^v\d+\.\d+\.\d+$/.test(tag) && !own.includes(tag))
    .toSorted((one, other) => compare(numbers(one), numbers(other)))
    .at(-1);
}

function numbers(tag) {
  return tag.slice(1).split('.').map(Number);
}

function compare(one, other) {
  const at = one.findIndex((number, index) => number !== other[index]);
  return at === -1 ? 0 : one[at] - other[at];
}

/** A document without operations: what an API version that was removed is compared with. */
export function withoutPaths({ openapi, info }) {
  return { openapi, info, paths: {} };
}

/** Says the Sunset of deprecated operations where oasdiff looks for it; the document has it as a header of the answers. */
export function withSunsets(document) {
  const copy = structuredClone(document);
  for (const operation of operationsOf(copy)) {
    const sunset = Object.values(operation.responses ?? {}).find(({ headers }) => headers?.Sunset)?.headers
      .Sunset;
    if (operation.deprecated && sunset) {
      operation['x-sunset'] = new Date(sunset.example).toISOString().slice(0, 10);
    }
  }
  return copy;
}

function operationsOf({ paths }) {
  return Object.values(paths).flatMap((methods) =>
    Object.values(methods).filter((operation) => operation.responses),
  );
}

/**
 * Changes with what has to be said of them. A gate that lets these pass is broken, whatever it says of the rest.
 *
 * @type {{ title: string, breaks: boolean, was?: (document: any) => void, change: (document: any) => void }[]}
 */
export const EXAMPLES = [
  { title: 'an operation is removed', breaks: true, change: ({ paths }) => delete paths['/items'].post },
  {
    title: 'a member of an answer is removed',
    breaks: true,
    change: ({ components }) => drop(components.schemas.Item, 'name'),
  },
  {
    title: 'an optional member of an answer is removed',
    breaks: true,
    change: ({ components }) => drop(components.schemas.Item, 'note'),
  },
  {
    title: 'a header of an answer is removed',
    breaks: true,
    change: ({ paths }) => delete paths['/items'].get.responses[200].headers.ETag,
  },
  {
    title: 'the type of a member changes',
    breaks: true,
    change: ({ components }) => (components.schemas.Item.properties.name = { type: 'integer' }),
  },
  {
    title: 'a member of a request becomes required',
    breaks: true,
    change: ({ components }) => components.schemas.NewItem.required.push('note'),
  },
  {
    // Unknown members are refused with 400.
    title: 'a member of a request is removed',
    breaks: true,
    change: ({ components }) => drop(components.schemas.NewItem, 'note'),
  },
  {
    title: 'a member of a request is allowed less',
    breaks: true,
    change: ({ components }) => (components.schemas.NewItem.properties.name.maxLength = 10),
  },
  {
    title: 'an operation is deprecated without a Sunset',
    breaks: true,
    change: ({ paths }) => (paths['/items'].get.deprecated = true),
  },
  {
    title: 'an operation is removed before its Sunset',
    breaks: true,
    was: ({ paths }) => deprecate(paths['/items'].get, +10),
    change: ({ paths }) => delete paths['/items'].get,
  },
  {
    title: 'an operation is removed after its Sunset',
    breaks: false,
    was: ({ paths }) => deprecate(paths['/items'].get, -10),
    change: ({ paths }) => delete paths['/items'].get,
  },
  {
    title: 'an operation is deprecated, and its Sunset is far enough',
    breaks: false,
    change: ({ paths }) => deprecate(paths['/items'].get, NOTICE_DAYS + 10),
  },
  {
    title: 'a request may have another member',
    breaks: false,
    change: ({ components }) => (components.schemas.NewItem.properties.colour = { type: 'string' }),
  },
  {
    title: 'an answer has another member',
    breaks: false,
    change: ({ components }) => (components.schemas.Item.properties.colour = { type: 'string' }),
  },
  {
    title: 'an operation is added',
    breaks: false,
    change: ({ paths }) => (paths['/more'] = { get: { responses: { 204: { description: 'Done.' } } } }),
  },
];

/** Small enough to be read; the same words as our documents. */
export function exampleDocument() {
  const item = { 'application/json': { schema: { $ref: '#/components/schemas/Item' } } };
  const name = { type: 'string', maxLength: 100 };
  const note = { type: 'string' };
  return {
    openapi: '3.0.3',
    info: { title: 'Example', version: '1.0.0' },
    paths: {
      '/items': {
        get: {
          responses: { 200: { description: 'One.', headers: { ETag: { schema: note } }, content: item } },
        },
        post: {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: { $ref: '#/components/schemas/NewItem' } } },
          },
          responses: { 201: { description: 'Made.', content: item } },
        },
      },
    },
    components: {
      schemas: {
        Item: { type: 'object', required: ['name'], properties: { name, note } },
        NewItem: { type: 'object', required: ['name'], properties: { name: { ...name }, note } },
      },
    },
  };
}

function drop(schema, name) {
  delete schema.properties[name];
  schema.required = schema.required.filter((other) => other !== name);
}

function deprecate(operation, days) {
  operation.deprecated = true;
  const example = new Date(Date.now() + days * 86_400_000).toUTCString();
  operation.responses[200].headers.Sunset = { schema: { type: 'string' }, example };
}
