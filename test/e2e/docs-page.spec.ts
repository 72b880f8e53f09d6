import { describe, expect, it } from '@jest/globals';
import { Script } from 'node:vm';
import { useApp } from '../support/use-app.js';

const URL_OF_API = 'https://accounts.acme.test';
const app = useApp('api', { PUBLIC_URL: URL_OF_API, RATE_LIMIT_DEFAULT: '1000/60' });

const load = async <T>(path: string): Promise<T> => (await app.api.under('').get<T>(path)).body;

describe.each(['1', '2'])('the API reference of v%s', (version) => {
  it('describes every operation with its parameters, its problems and a curl command', async () => {
    const page = await load<string>(`/docs/v${version}`);
    const document = await load<OpenApi>(`/openapi/v${version}.json`);
    for (const [path, item] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(item)) {
        const { operationId, summary, parameters = [] } = operation;
        const section = textOf(sectionOf(page, operationId));
        expect([operationId, section]).toEqual([operationId, expect.stringContaining(summary)]);
        expect(section).toContain(`${method.toUpperCase()} ${path}`);
        for (const { $ref } of parameters.filter((one) => one.$ref)) {
          const { name } = document.components.parameters[nameIn($ref)] ?? { name: 'unknown' };
          expect([operationId, section]).toEqual([operationId, expect.stringContaining(`${name} `)]);
        }
        for (const code of codesOf(operation, document)) {
          expect([operationId, linksIn(sectionOf(page, operationId))]).toEqual([
            operationId,
            expect.arrayContaining([`/problems/${code}`]),
          ]);
        }
        expect(section).toMatch(new RegExp(`curl (-X ${method.toUpperCase()} )?'${URL_OF_API}/`));
      }
    }
  });

  it('shows every keyword of schemas that the document uses', async () => {
    const { schemas, parameters } = (await load<OpenApi>(`/openapi/v${version}.json`)).components;
    const all = [...Object.values(schemas), ...Object.values(parameters).map(({ schema }) => schema)];
    expect(all.flatMap(keywordsIn).filter((name) => !SHOWN.has(name))).toEqual([]);
  });

  it('explains what holds for all operations', async () => {
    const page = await load<string>(`/docs/v${version}`);
    for (const [id, words] of Object.entries({
      authentication: /Authorization: Bearer/,
      errors: /RFC 9457/,
      paging: /nextCursor/,
      limits: /Retry-After/,
      idempotency: /Idempotency-Key/,
      preconditions: /If-Match/,
      versions: /12 months/,
    })) {
      expect([id, textOf(sectionOf(page, id))]).toEqual([id, expect.stringMatching(words)]);
    }
  });

  it('links to the other version, the documents and its own sections, and loads nothing', async () => {
    const page = await load<string>(`/docs/v${version}`);
    const links = linksIn(page);
    expect(links).toEqual(
      expect.arrayContaining([
        '/docs/v1',
        '/docs/v2',
        `/openapi/v${version}.json`,
        `/openapi/v${version}.yaml`,
      ]),
    );
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => `#${id}`);
    expect(ids).toEqual([...new Set(ids)]);
    expect(links.filter((link) => link.startsWith('#') && !ids.includes(link))).toEqual([]);
    expect(links.filter((link) => !/^[#/]/.test(link))).toEqual([]);
    expect(page).not.toMatch(/<(link|img|iframe|script [^>]*src)|url\(|@import/);
  });

  it('has no text that is not HTML', async () => {
    const page = await load<string>(`/docs/v${version}`);
    const prose = page.replace(/<(pre|script|style)[^]*?<\/\1>/g, '');
    expect(prose.match(/.{30}(?:`|\$\{|undefined|\[object).{0,30}/g)).toBeNull();
  });
});

describe('the samples of the API reference', () => {
  it('send what the operation takes', async () => {
    const section = sectionOf(await load<string>('/docs/v2'), 'register');
    expect(samplesIn(section)).toEqual([
      `curl '${URL_OF_API}/v2/auth/register' \\\n  -H "Idempotency-Key: $(uuidgen)" \\\n` +
        `  -H 'Content-Type: application/json' \\\n` +
        `  -d '{\n  "email": "ada@acme.com",\n  "password": "seven brave otters"\n}'`,
      "import { gatehouse } from './gatehouse.js';\n\nconst session = " +
        "await gatehouse.signUp({\n  email: 'ada@acme.com',\n  password: 'seven brave otters',\n});",
      expect.stringContaining('"accessToken"'),
    ]);
  });

  it('colour texts, but not the names of members', async () => {
    const section = sectionOf(await load<string>('/docs/v2'), 'getMe');
    const texts = [...section.matchAll(/<span class="text">([^<]*)<\/span>/g)].map(([, text = '']) =>
      unescaped(text),
    );
    expect(texts).toEqual(
      expect.arrayContaining(['"Authorization: Bearer $ACCESS_TOKEN"', '"ada@acme.com"']),
    );
    expect(texts.filter((text) => text === '"email"' || text === '": "')).toEqual([]);
  });

  it('use the TypeScript SDK for every operation of the latest version only', async () => {
    const [older, latest] = [await load<string>('/docs/v1'), await load<string>('/docs/v2')];
    expect(older).not.toContain('gatehouse.call');
    for (const [, id = ''] of latest.matchAll(/<section id="(\w+)" class="operation"/g)) {
      expect([id, samplesIn(sectionOf(latest, id)).filter((one) => one.includes('await'))]).toEqual([
        id,
        [expect.stringMatching(/gatehouse\.\w+\(/)],
      ]);
    }
  });

  it('have a script that can be parsed', async () => {
    const [, script = ''] = /<script>([^]*)<\/script>/.exec(await load<string>('/docs/v2')) ?? [];
    expect(script).not.toBe('');
    expect(() => new Script(script)).not.toThrow();
  });
});

/** What libs/api/src/docs knows of schemas. It would leave out others, such as `oneOf`, without a word. */
const SHOWN: ReadonlySet<string> = new Set(
  (
    '$ref allOf type format description example default enum nullable minimum maximum minLength maxLength minItems pattern items ' +
    // Nothing that a reader needs to know: unknown members are rejected everywhere, and lists are short, with
    // each item once. (The maximum is shown with a minimum.)
    'properties required additionalProperties maxItems uniqueItems'
  ).split(' '),
);

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
}

function keywordsIn(schema: Schema): string[] {
  const { properties = {}, items, allOf = [] } = schema;
  const inner = [...Object.values(properties), ...(items ? [items] : []), ...allOf];
  return [...Object.keys(schema), ...inner.flatMap(keywordsIn)];
}

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters?: readonly { readonly $ref?: string }[];
  readonly responses: Readonly<Record<string, { readonly $ref?: string; readonly content?: Content }>>;
}

type Content = Readonly<Record<string, { readonly examples?: object }>>;

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly parameters: Readonly<Record<string, { readonly name: string; readonly schema: Schema }>>;
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
  };
}

function codesOf({ responses }: Operation, { components }: OpenApi): string[] {
  return Object.values(responses).flatMap((response) => {
    const { content } = response.$ref ? (components.responses[nameIn(response.$ref)] ?? {}) : response;
    return Object.keys(content?.['application/problem+json']?.examples ?? {});
  });
}

function nameIn(reference = ''): string {
  return reference.slice(reference.lastIndexOf('/') + 1);
}

function sectionOf(page: string, id: string): string {
  return new RegExp(`<section id="${id}"[^]*?</section>`).exec(page)?.[0] ?? '';
}

function samplesIn(section: string): string[] {
  return [...section.matchAll(/<pre[^>]*>([^]*?)<\/pre>/g)].map(([, text = '']) =>
    unescaped(text.replace(/<[^>]*>/g, '')),
  );
}

function linksIn(page: string): string[] {
  return [...page.matchAll(/href="([^"]+)"/g)].map(([, link = '']) => link);
}

function textOf(page: string): string {
  return unescaped(page.replace(/<[^>]*>/g, ' ')).replace(/\s+/g, ' ');
}

function unescaped(text: string): string {
  return text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
}
