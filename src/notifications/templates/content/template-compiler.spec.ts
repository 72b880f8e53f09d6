import { afterAll, describe, expect, it } from '@jest/globals';
import { MjmlThreads } from '../rendering/mjml-threads.js';
import type { EmailSource } from '../rendering/liquid.js';
import { renderEmail } from '../rendering/render-email.js';
import { builtIns, INDISPENSABLE } from '../built-in/built-in-templates.js';
import { TemplateCompiler } from './template-compiler.js';
import type { EmailContent, TemplateDraft } from './template-draft.js';

const mjml = new MjmlThreads();
const compiler = new TemplateCompiler(mjml);
afterAll(() => mjml.onApplicationShutdown());

const VARIABLES: TemplateDraft['variables'] = {
  name: { type: 'string' },
  link: { type: 'url', secret: true },
  page: { type: 'url' },
  items: { type: 'array', optional: true },
  order: { type: 'object', optional: true },
};
const VALUES = {
  name: '<b>Eve</b> "&',
  link: 'https://acme.test/?token=a&b',
  page: 'https://acme.test/',
  items: null,
  order: null,
  recipient: { displayName: 'Ada', email: 'ada@acme.test', locale: 'en' },
  site: 'acme.test',
  unsubscribeUrl: null,
};

function draft(email: Partial<EmailContent>, more: Partial<TemplateDraft> = {}): TemplateDraft {
  return {
    description: null,
    category: 'general',
    defaultLocale: 'en',
    variables: VARIABLES,
    exampleData: {},
    contents: { en: { email: { subject: 'Hello', ...email } } },
    ...more,
  };
}

const mjmlOf = (text: string): string =>
  `<mjml><mj-body><mj-section><mj-column><mj-text>${text}</mj-text></mj-column></mj-section></mj-body></mjml>`;

/** The English email, which has to have no mistakes. */
async function compiled(email: Partial<EmailContent>): Promise<EmailSource> {
  const { contents, errors } = await compiler.compile(draft(email), []);
  expect(errors).toEqual([]);
  const source = contents['en']?.email;
  if (!source) {
    throw new Error('the draft has no English');
  }
  return source;
}

async function errorsOf(email: Partial<EmailContent>, indispensable: readonly string[] = []) {
  const { errors } = await compiler.compile(draft(email), indispensable);
  return errors.map(({ pointer, code }) => [pointer, code]);
}

describe('a template in MJML', () => {
  it('becomes HTML that works in mail clients, with its variables escaped, and a text', async () => {
    const source = await compiled({
      subject: 'For {{ name }}',
      mjml: mjmlOf(
        'Hello {{ name }}, {% if items %}no{% else %}nothing{% endif %}. <a href="{{ link }}">Go</a>',
      ),
    });
    const { subject, html, text } = renderEmail(source, VALUES);
    expect(subject).toBe('For <b>Eve</b> "&');
    expect(html).toContain('<!doctype html>');
    expect(html).toContain('Hello &lt;b&gt;Eve&lt;/b&gt; &#34;&amp;, nothing.');
    expect(html).toContain('href="https://acme.test/?token=a&amp;b"');
    expect(html).not.toMatch(/\{\{|\{%/);
    expect(text).toBe('Hello <b>Eve</b> "&, nothing. Go (https://acme.test/?token=a&b)\n');
  });

  it('loads nothing from elsewhere unless it says so', async () => {
    const { html } = await compiled({ mjml: mjmlOf('Hello') });
    expect(html).not.toMatch(/https?:\/\/(?!www\.w3\.org)/);
  });

  it.each([
    ['is not closed', '<mjml><mj-body><mj-text>Hello</mj-body></mjml>'],
    ['is no MJML', 'Hello'],
    ['is HTML', '<p>Hello</p>'],
    ['has an element that MJML does not have', mjmlOf('<mj-txt>Hello</mj-txt>')],
    ['includes a file', '<mjml><mj-body><mj-include path="/etc/passwd" /></mj-body></mjml>'],
    ['is nested without end', `<mjml><mj-body>${'<mj-wrapper>'.repeat(5_000)}`],
  ])('that %s cannot be published', async (_, source) => {
    expect(await errorsOf({ mjml: source })).toEqual([['/contents/en/email/mjml', 'invalid-mjml']]);
  });

  it('is compiled after, and at the same time as, one that ends the thread', async () => {
    const endless = `<mjml><mj-body>${'<mj-wrapper>'.repeat(5_000)}`;
    const all = await Promise.all(
      [endless, mjmlOf('one'), endless, mjmlOf('two')].map((source) => errorsOf({ mjml: source })),
    );
    expect(all.map((errors) => errors.length)).toEqual([1, 0, 1, 0]);
    expect(await errorsOf({ mjml: mjmlOf('three') })).toEqual([]);
  });
});

describe('a template', () => {
  it.each<[string, Partial<EmailContent>, [string, string]]>([
    ['has no body', {}, ['', 'conflicting']],
    ['has two bodies', { mjml: mjmlOf('a'), html: 'a' }, ['', 'conflicting']],
    ['has an empty subject', { subject: ' ', html: 'a' }, ['/subject', 'too-short']],
    ['has a tag that is not closed', { html: '{% if name' }, ['/html', 'invalid-liquid']],
    ['has a block that is not closed', { html: '{% if name %}' }, ['/html', 'invalid-liquid']],
    ['has an unknown filter', { html: '{{ name | nope }}' }, ['/html', 'invalid-liquid']],
    ['turns escaping off', { html: '{{ name | raw }}' }, ['/html', 'invalid-liquid']],
    ['includes another one', { html: '{% include "x" %}' }, ['/html', 'invalid-liquid']],
    ['renders another one', { text: '{% render "x" %}', html: 'a' }, ['/text', 'invalid-liquid']],
    ['uses an unknown variable in the body', { html: '{{ nmae }}' }, ['/html', 'unknown-variable']],
    [
      'uses an unknown variable in a loop',
      { html: '{% for a in b %}{{ a }}{% endfor %}' },
      ['/html', 'unknown-variable'],
    ],
    [
      'uses an unknown variable in the subject',
      { subject: '{{ x }}', html: 'a' },
      ['/subject', 'unknown-variable'],
    ],
    ['uses an unknown variable in the text', { text: '{{ x }}', html: 'a' }, ['/text', 'unknown-variable']],
    ['asks too much of the recipient', { html: '{{ recipient.password }}' }, ['/html', 'unknown-variable']],
    [
      'counts openings by a secret',
      { html: '<img src="https://t.test/?{{ link }}">' },
      ['/html', 'secret-in-url'],
    ],
    ['loads a secret', { html: "<img src='{{ link }}'>" }, ['/html', 'secret-in-url']],
    [
      'wraps a secret',
      { html: '<a href="https://t.test/?u={{ link | url_encode }}">x</a>' },
      ['/html', 'secret-in-url'],
    ],
    ['has a text for a URL', { html: '<a href="{{ name }}">x</a>' }, ['/html', 'not-a-url']],
    [
      'has an attribute without quotes',
      { html: '<img alt={{ name }} src="https://acme.test">' },
      ['/html', 'unquoted-attribute'],
    ],
    [
      'has a secret in an attribute without quotes',
      { html: '<img src=https://t.test/?{{ link }}>' },
      ['/html', 'unquoted-attribute'],
    ],
    [
      'has a secret in its style',
      { html: '<style>p { background: url(https://t.test/?{{ link }}) }</style>' },
      ['/html', 'secret-in-url'],
    ],
    ['links to a name', { html: '<a href="{{ recipient.displayName }}">x</a>' }, ['/html', 'not-a-url']],
    [
      'evaluates an expression for each item',
      { html: '{{ items | where_exp: "i", "i.a" | size }}' },
      ['/html', 'invalid-liquid'],
    ],
    ['captures', { html: '{% capture a %}{{ name }}{% endcapture %}' }, ['/html', 'invalid-liquid']],
    ['loads what a text says', { html: '<img src="{{ name }}">' }, ['/html', 'not-a-url']],
  ])('that %s cannot be published', async (_, email, [pointer, code]) => {
    expect(await errorsOf(email)).toEqual([[`/contents/en/email${pointer}`, code]]);
  });

  it.each<[string, string]>([
    ['a link', '<a href="{{ link }}">x</a>'],
    ['a link without spaces', '<a href="{{link}}">x</a>'],
    ["a link of one's own", '<a href="https://acme.test/{{ name }}">x</a>'],
    ['an image', '<img src="{{ page }}" alt="{{ name }}">'],
    ['what it assigns', '{% assign who = name %}{{ who }}'],
    ['a part of an object', '<a href="{{ order.url }}">x</a>'],
    ['a loop', '{% for item in items %}{{ item.name }}{{ forloop.index }}{% endfor %}'],
    ['the recipient and the site', '{{ recipient.displayName }} {{ recipient.locale }} {{ site }}'],
  ])('may have %s', async (_, html) => {
    expect(await errorsOf({ html })).toEqual([]);
  });

  it('cannot have a secret in a part of the URL of a notification in the app', async () => {
    const inbox = { title: 'a', body: 'b', url: 'https://t.test/?{{ link }}' };
    const { errors } = await compiler.compile(draft({ html: 'a' }, { contents: { en: { inbox } } }), []);
    expect(errors.map(({ pointer, code }) => [pointer, code])).toEqual([
      ['/contents/en/inbox/url', 'secret-in-url'],
    ]);
    const whole = { ...inbox, url: '{{ link }}' };
    expect(
      (await compiler.compile(draft({ html: 'a' }, { contents: { en: { inbox: whole } } }), [])).errors,
    ).toEqual([]);
  });

  it('must have all channels in its default language', async () => {
    const contents = { en: { email: { subject: 'a', html: 'b' } }, de: { inbox: { title: 'a', body: 'b' } } };
    const { errors } = await compiler.compile(draft({}, { contents }), []);
    expect(errors.map(({ pointer, code }) => [pointer, code])).toEqual([['/contents/en/inbox', 'required']]);
  });

  it('must have its default language', async () => {
    const { errors } = await compiler.compile(draft({ html: 'a' }, { defaultLocale: 'pt-BR' }), []);
    expect(errors.map(({ pointer, code }) => [pointer, code])).toEqual([['/contents/pt-BR', 'required']]);
  });

  it('must use what it is of no use without, in the body and the text', async () => {
    expect(await errorsOf({ html: 'a', text: '{{ link }}' }, ['link'])).toEqual([
      ['/contents/en/email/html', 'missing-variable'],
    ]);
    expect(await errorsOf({ html: '{{ link }}', text: 'a' }, ['link'])).toEqual([
      ['/contents/en/email/text', 'missing-variable'],
    ]);
  });

  it.each([
    ['name', 4],
    ['page', 'javascript:alert(1)'],
    ['page', 'acme.test'],
    ['items', { a: 1 }],
    ['other', 'x'],
  ])('cannot have the example %s: %j', async (name, example) => {
    const { errors } = await compiler.compile(draft({ html: 'a' }, { exampleData: { [name]: example } }), []);
    expect(errors.map(({ pointer }) => pointer)).toEqual([`/exampleData/${name}`]);
  });

  it('escapes what says to be escaped only once', async () => {
    const { html } = renderEmail(
      await compiled({ html: '{{ name | escape }} {{ name | escape_once }} {{ name }}' }),
      VALUES,
    );
    const once = '&lt;b&gt;Eve&lt;/b&gt; &#34;&amp;';
    expect(html).toBe(`${once} ${once} ${once}`);
  });

  it.each([
    ['runs forever', '{% for i in (1..3000) %}{% for j in (1..3000) %}{% endfor %}{% endfor %}'],
    ['takes all memory', '{% for i in (1..100000000) %}x{% endfor %}'],
    ['says the same again and again', `{% for i in (1..2000) %}${'x'.repeat(1_000)}{% endfor %}`],
    ['doubles a text', `{% assign a = 'xxxxxxxx' %}${'{% assign a = a | append: a %}'.repeat(30)}{{ a }}`],
  ])('that %s is stopped', async (_, html) => {
    const source = await compiled({ html });
    const startedAt = performance.now();
    expect(() => renderEmail(source, VALUES)).toThrow(/limit exceeded|longer than/);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});

it('takes all built-in templates as they are', async () => {
  for (const { draft: builtIn, emails } of builtIns()) {
    expect(await compiler.compile(builtIn, INDISPENSABLE)).toEqual({
      errors: [],
      contents: { en: { email: emails.en }, de: { email: emails.de } },
    });
  }
});
