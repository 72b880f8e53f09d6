import { describe, expect, it } from '@jest/globals';
import { userWithPermissions } from '../support/administration.js';
import type { Answer, ListBody } from '../support/client.js';
import { aUser, signUp } from '../support/factories.js';
import { expectProblem } from '../support/problems.js';
import type { ReceivedMail } from '../support/received-mail.js';
import { eventually } from '../support/servers.js';
import { useApp, WITH_ADMIN } from '../support/use-app.js';

interface Email {
  readonly subject: string;
  readonly mjml?: string;
  readonly html?: string;
  readonly text?: string;
}

interface TemplateBody {
  readonly id: string;
  readonly name: string;
  readonly builtIn: boolean;
  readonly description: string | null;
  readonly defaultLocale: string;
  readonly locales: readonly string[];
  readonly variables: Readonly<Record<string, object>>;
  readonly exampleData: Readonly<Record<string, unknown>>;
  readonly contents: Readonly<Record<string, { readonly email: Email }>>;
  readonly publishedVersion: number | null;
  readonly draftChanged: boolean;
  readonly createdAt: string | null;
  readonly updatedAt: string | null;
}

interface PreviewBody {
  readonly locale: string;
  readonly email: { readonly subject: string; readonly html: string; readonly text: string };
}

interface VersionBody {
  readonly version: number;
  readonly publishedAt: string;
  readonly publishedBy: string;
  readonly contents?: TemplateBody['contents'];
}

const running = useApp('all', WITH_ADMIN);
const { admin, api, database } = running;
const TEMPLATES = '/notification-templates';

const mjmlOf = (text: string): string =>
  `<mjml><mj-body><mj-section><mj-column><mj-text>${text}</mj-text></mj-column></mj-section></mj-body></mjml>`;

const ORDER = {
  description: 'Sent when a parcel leaves',
  variables: {
    orderId: { type: 'string', description: 'As on the invoice' },
    total: { type: 'number', optional: true },
    trackingUrl: { type: 'url' },
  },
  exampleData: { orderId: '4711', trackingUrl: 'https://parcels.example/4711' },
  contents: {
    en: {
      email: {
        subject: 'Order {{ orderId }} is on its way',
        mjml: mjmlOf('Hello {{ recipient.displayName }}. <a href="{{ trackingUrl }}">Track it</a>'),
      },
    },
    de: { email: { subject: 'Bestellung {{ orderId }}', html: '<p>Unterwegs</p>', text: 'Unterwegs\n' } },
  },
};

let count = 0;
async function create(more: object = {}): Promise<Answer<TemplateBody>> {
  count += 1;
  return admin.post<TemplateBody>(TEMPLATES, { name: `order-${count}`, ...ORDER, ...more });
}

const named = async (more: object = {}) => (await create(more)).body.name;
const pathOf = (name: string) => `${TEMPLATES}/${name}`;
const publish = (name: string) => admin.post<TemplateBody>(`${pathOf(name)}/publish`);
const etagOf = ({ headers }: Answer<unknown>) => String(headers.get('etag'));

/** A mail with a link that resets a password, requested just now. */
async function resetMail(subject: RegExp, displayName = 'Ada'): Promise<ReceivedMail> {
  const user = await signUp(api, { displayName });
  await api.post('/auth/password/forgot', { email: user.email });
  const mail = await mailTo(user.email, 'assword');
  expect(mail.subject).toMatch(subject);
  return mail;
}

async function mailTo(email: string, subject: string): Promise<ReceivedMail> {
  return eventually(() => {
    const mail = running.sink.mails.find(
      ({ envelope, subject: of }) => envelope.to.includes(email) && of.includes(subject),
    );
    expect(mail).toBeDefined();
    return mail as ReceivedMail;
  });
}

describe.each(['/v1', '/v2'])('a template under %s', (prefix) => {
  it('is created as a draft, read, changed, published and deleted', async () => {
    const client = admin.under(prefix);
    const name = `parcel${prefix.replace('/', '-')}`;
    const created = await client.post<TemplateBody>(TEMPLATES, { name, ...ORDER });
    expect([created.status, created.headers.get('location')]).toEqual([201, `${prefix}${pathOf(name)}`]);
    expect(created.body).toEqual({
      id: expect.any(String),
      name,
      builtIn: false,
      category: 'general',
      defaultLocale: 'en',
      locales: ['de', 'en'],
      publishedVersion: null,
      draftChanged: true,
      createdAt: expect.any(String),
      updatedAt: created.body.createdAt,
      ...ORDER,
    });
    const read = await client.get<TemplateBody>(pathOf(name));
    expect([read.body, etagOf(read)]).toEqual([created.body, etagOf(created)]);
    expect((await client.get(pathOf(name), { 'if-none-match': etagOf(read) })).status).toBe(304);

    const published = await client.post<TemplateBody>(`${pathOf(name)}/publish`);
    expect([published.status, published.body.publishedVersion, published.body.draftChanged]).toEqual([
      200,
      1,
      false,
    ]);
    const patch = {
      description: null,
      contents: { de: null, en: { email: { subject: 'New' } } },
      variables: { total: null },
    };
    expectProblem(
      await client.patch(pathOf(name), patch, { 'if-match': etagOf(created) }),
      412,
      'precondition-failed',
    );
    const patched = await client.patch<TemplateBody>(pathOf(name), patch, { 'if-match': etagOf(published) });
    expect(patched.body).toMatchObject({
      description: null,
      locales: ['en'],
      draftChanged: true,
      publishedVersion: 1,
    });
    expect(patched.body.contents).toEqual({ en: { email: { ...ORDER.contents.en.email, subject: 'New' } } });
    expect(Object.keys(patched.body.variables).sort()).toEqual(['orderId', 'trackingUrl']);
    const again = await client.patch<TemplateBody>(pathOf(name), patch);
    expect(etagOf(again)).toBe(etagOf(patched));

    expect((await client.delete(pathOf(name))).status).toBe(204);
    expectProblem(await client.get(pathOf(name)), 404, 'template-not-found');
    expectProblem(await client.delete(pathOf(name)), 404, 'template-not-found');
    expectProblem(await client.patch(pathOf(name), {}), 404, 'template-not-found');
    expectProblem(await client.post(`${pathOf(name)}/publish`), 404, 'template-not-found');
    expectProblem(await client.get(`${pathOf(name)}/versions`), 404, 'template-not-found');
  });
});

describe('a template', () => {
  it('has a unique name', async () => {
    const name = await named();
    expectProblem(await admin.post(TEMPLATES, { name, ...ORDER }), 409, 'template-exists');
    expectProblem(await admin.post(TEMPLATES, { name: 'verify-email', ...ORDER }), 409, 'template-exists');
  });

  it('is created once per idempotency key', async () => {
    const send = () =>
      admin.post<TemplateBody>(TEMPLATES, { name: 'once', ...ORDER }, { 'idempotency-key': 'once' });
    const [one, other] = [await send(), await send()];
    expect([other.status, other.body]).toEqual([201, one.body]);
  });

  it.each<[string, object, string]>([
    ['/name', { name: 'Order Shipped' }, 'invalid-template-name'],
    ['/defaultLocale', { defaultLocale: 'not a locale' }, 'invalid-locale'],
    ['/defaultLocale', { defaultLocale: 4 }, 'wrong-type'],
    ['/category', { category: 'Order news' }, 'invalid-category'],
    ['/variables/Order Id', { variables: { 'Order Id': { type: 'string' } } }, 'invalid-name'],
    ['/variables/recipient', { variables: { recipient: { type: 'string' } } }, 'reserved-name'],
    ['/variables/a/type', { variables: { a: { type: 'text' } } }, 'not-one-of'],
    ['/variables/a/optional', { variables: { a: { type: 'string', optional: 'yes' } } }, 'wrong-type'],
    ['/variables/a/default', { variables: { a: { type: 'string', default: 1 } } }, 'unknown-member'],
    ['/variables/a', { variables: { a: 'string' } }, 'wrong-type'],
    ['/exampleData', { exampleData: 'x' }, 'wrong-type'],
    ['/exampleData', { exampleData: { a: 'x'.repeat(17_000) } }, 'too-large'],
    [
      '/contents/klingon language',
      { contents: { 'klingon language': { email: { subject: 'a' } } } },
      'invalid-locale',
    ],
    ['/contents/EN', { contents: { EN: { email: { subject: 'a' } } } }, 'invalid-locale'],
    ['/contents/en', { contents: { en: 'Hello' } }, 'wrong-type'],
    ['/contents/en/fax', { contents: { en: { email: { subject: 'a' }, fax: {} } } }, 'unknown-member'],
    ['/contents/en', { contents: { en: {} } }, 'required'],
    ['/contents/en/inbox/body', { contents: { en: { inbox: { title: 'a' } } } }, 'required'],
    ['/contents/en/email/subject', { contents: { en: { email: {} } } }, 'required'],
    ['/contents/en/email/subject', { contents: { en: { email: { subject: 'a'.repeat(251) } } } }, 'too-long'],
    ['/contents/en/email/html', { contents: { en: { email: { subject: 'a', html: 4 } } } }, 'wrong-type'],
    [
      '/contents/en/email/body',
      { contents: { en: { email: { subject: 'a', body: 'b' } } } },
      'unknown-member',
    ],
  ])('cannot be created with a mistake at %s: %j', async (pointer, more, code) => {
    const problem = expectProblem(await create(more), 400, 'invalid-input');
    expect(problem.errors?.map((error) => [error.pointer, error.code])).toEqual([[pointer, code]]);
  });

  it('cannot be patched into something invalid', async () => {
    const name = await named();
    const problem = expectProblem(
      await admin.patch(pathOf(name), { contents: { en: { email: null } } }),
      400,
      'invalid-input',
    );
    expect(problem.errors?.map(({ pointer }) => pointer)).toEqual(['/contents/en']);
  });

  it('has at most 50 variables and 30 languages', async () => {
    const many = (length: number, value: unknown, prefix: string) =>
      Object.fromEntries(Array.from({ length }, (_, index) => [`${prefix}${index}`, value]));
    expectProblem(await create({ variables: many(51, { type: 'string' }, 'v') }), 400, 'invalid-input');
    const contents = {
      en: ORDER.contents.en,
      ...many(30, { email: { subject: 'a', html: 'b' } }, 'de-u-nu-x'),
    };
    expectProblem(await create({ contents }), 400, 'invalid-input');
  });

  it('is not published with mistakes, and says where they are', async () => {
    const name = await named({
      exampleData: { orderId: 4711 },
      contents: {
        en: { email: { subject: '{{ order }}', mjml: mjmlOf('<mj-txt>a</mj-txt>') } },
        de: { email: { subject: 'a', html: '<img src="https://t.example/{{ trackingUrl }}">{% if a' } },
      },
    });
    const problem = expectProblem(await publish(name), 422, 'invalid-template');
    expect(problem.errors?.map(({ pointer, code }) => [pointer, code]).sort()).toEqual([
      ['/contents/de/email/html', 'invalid-liquid'],
      ['/contents/en/email/mjml', 'invalid-mjml'],
      ['/exampleData/orderId', 'wrong-type'],
    ]);
    expectProblem(await admin.post(`${pathOf(name)}/preview`), 422, 'invalid-template');
    expect((await admin.get<TemplateBody>(pathOf(name))).body.publishedVersion).toBeNull();
  });

  it('is published once when several do it at the same time', async () => {
    const name = await named();
    const answers = await Promise.all(Array.from({ length: 5 }, () => publish(name)));
    expect(answers.map(({ status, body }) => [status, body.publishedVersion])).toEqual(
      answers.map(() => [200, 1]),
    );
  });

  it('is published as it was when the request was made, or not at all', async () => {
    const created = await create();
    const path = pathOf(created.body.name);
    const patched = await admin.patch(path, { contents: { en: { email: { subject: 'Other' } } } });
    const conditional = (tag: string) =>
      admin.post<TemplateBody>(`${path}/publish`, undefined, { 'if-match': tag });
    expectProblem(await conditional(etagOf(created)), 412, 'precondition-failed');
    expect((await conditional(etagOf(patched))).body.publishedVersion).toBe(1);
  });

  it('has no changed draft once it says again what is sent', async () => {
    const name = await named();
    await publish(name);
    const { subject } = ORDER.contents.en.email;
    const patch = async (change: object) =>
      (await admin.patch<TemplateBody>(pathOf(name), change)).body.draftChanged;
    expect(await patch({ contents: { en: { email: { subject: 'Other' } } } })).toBe(true);
    expect(await patch({ contents: { en: { email: { subject } } } })).toBe(false);
    expect(await patch({ description: 'Nobody is sent this' })).toBe(false);
    expect((await publish(name)).body.publishedVersion).toBe(1);
  });

  it('keeps its versions, each of which can be published again', async () => {
    const name = await named();
    await publish(name);
    await admin.patch(pathOf(name), { contents: { en: { email: { subject: 'Second' } } } });
    expect((await publish(name)).body.publishedVersion).toBe(2);
    const { body } = await admin.get<ListBody<VersionBody>>(`${pathOf(name)}/versions?limit=1&total=true`);
    expect(body.items.map(({ version }) => version)).toEqual([2]);
    expect(body.page.total).toBe(2);
    const next = await admin.get<ListBody<VersionBody>>(
      `${pathOf(name)}/versions?limit=1&cursor=${body.page.nextCursor}`,
    );
    expect(next.body.items.map(({ version }) => version)).toEqual([1]);
    const first = await admin.get<VersionBody>(`${pathOf(name)}/versions/1`);
    expect(first.body.contents?.['en']?.email.subject).toBe(ORDER.contents.en.email.subject);
    expectProblem(await admin.get(`${pathOf(name)}/versions/3`), 404, 'template-version-not-found');
    expectProblem(await admin.get(`${pathOf(name)}/versions/0`), 400, 'invalid-input');

    const restored = await admin.post<TemplateBody>(`${pathOf(name)}/versions/1/publish`);
    expect([restored.body.publishedVersion, restored.body.draftChanged]).toEqual([1, true]);
    expect(restored.body.contents['en']?.email.subject).toBe('Second');
    expectProblem(await admin.post(`${pathOf(name)}/versions/3/publish`), 404, 'template-version-not-found');
    expect((await publish(name)).body.publishedVersion).toBe(3);
  });

  it('keeps the last 50 versions', async () => {
    const name = await named();
    for (let version = 1; version <= 52; version += 1) {
      await admin.patch(pathOf(name), { contents: { en: { email: { subject: `${version}` } } } });
      await publish(name);
    }
    const { body } = await admin.get<ListBody<VersionBody>>(`${pathOf(name)}/versions?limit=100`);
    expect([body.items.length, body.items.at(-1)?.version]).toEqual([50, 3]);
  }, 60_000);
});

describe('a preview', () => {
  it('renders the draft with its examples, or other data, in the language of the recipient', async () => {
    const name = await named();
    const preview = async (body?: object) =>
      (await admin.post<PreviewBody>(`${pathOf(name)}/preview`, body)).body;
    const { locale, email } = await preview();
    expect([locale, email.subject]).toEqual(['en', 'Order 4711 is on its way']);
    expect(email.html).toContain('Hello Ada. <a href="https://parcels.example/4711">Track it</a>');
    expect(email.text).toBe('Hello Ada. Track it (https://parcels.example/4711)\n');
    expect(await preview({ locale: 'de-AT', data: { orderId: '<4712>' } })).toEqual({
      locale: 'de',
      email: { subject: 'Bestellung <4712>', html: '<p>Unterwegs</p>', text: 'Unterwegs\n' },
      inbox: null,
      sms: null,
      push: null,
    });
    expect((await preview({ locale: 'fr' })).locale).toBe('en');
  });

  it('needs no body, but refuses one that is not an object', async () => {
    const path = `${pathOf(await named())}/preview`;
    expect((await admin.post(path)).status).toBe(200);
    expectProblem(await admin.post(path, null), 400, 'invalid-input');
    expectProblem(await admin.post(path, []), 400, 'invalid-input');
  });

  it('refuses data that the variables do not allow', async () => {
    const name = await named({ exampleData: { orderId: '4711' } });
    const problem = expectProblem(
      await admin.post(`${pathOf(name)}/preview`, { data: { total: '4', other: 1 } }),
      400,
      'invalid-input',
    );
    expect(problem.errors?.map(({ pointer, code }) => [pointer, code])).toEqual([
      ['/data/other', 'unknown-member'],
      ['/data/total', 'wrong-type'],
      ['/data/trackingUrl', 'required'],
    ]);
  });

  it('says that a template takes too long', async () => {
    const html = '{% for i in (1..3000) %}{% for j in (1..3000) %}x{% endfor %}{% endfor %}';
    const name = await named({ contents: { en: { email: { subject: 'a', html } } } });
    const problem = expectProblem(await admin.post(`${pathOf(name)}/preview`), 422, 'invalid-template');
    expect(problem.errors?.map(({ code }) => code)).toEqual(['rendering-failed']);
  });
});

describe('a built-in template', () => {
  it('is in the list from the start, before all others, and can be read', async () => {
    const name = await named();
    const all: TemplateBody[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body }: { body: ListBody<TemplateBody> } = await admin.get(
        `${TEMPLATES}?limit=7&total=true${cursor && `&cursor=${cursor}`}`,
      );
      all.push(...body.items);
      cursor = body.page.nextCursor;
      expect(body.page.total).toBeGreaterThanOrEqual(all.length);
    }
    const builtIn = all.filter((template) => template.builtIn);
    expect(builtIn.length).toBeGreaterThan(20);
    expect(all.slice(0, builtIn.length)).toEqual(builtIn);
    expect(all.at(-1)?.name).toBe(name);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    const { body } = await admin.get<TemplateBody>(pathOf('reset-password'));
    expect(body).toMatchObject({
      builtIn: true,
      publishedVersion: null,
      draftChanged: false,
      createdAt: null,
    });
    expect(body.contents['de']?.email.html).toContain('{{ link }}');
    expect((await publish('reset-password')).body).toEqual(body);
    const { body: none } = await admin.get<ListBody<VersionBody>>(
      `${pathOf('reset-password')}/versions?total=true`,
    );
    expect([none.items, none.page.total]).toEqual([[], 0]);
    expectProblem(await admin.delete(pathOf('reset-password')), 409, 'built-in-template');
    expectProblem(
      await admin.get(`${pathOf('reset-password')}/versions/1`),
      404,
      'template-version-not-found',
    );
  });

  it('is paged backwards, too, wherever it is stored', async () => {
    await admin.patch(pathOf('passkey-added'), { description: 'Changed' });
    const page = async (query: string) =>
      (await admin.get<ListBody<TemplateBody>>(`${TEMPLATES}?${query}`)).body;
    const first = await page('limit=5');
    const second = await page(`limit=5&cursor=${first.page.nextCursor}`);
    expect((await page(`limit=5&cursor=${second.page.previousCursor}`)).items).toEqual(first.items);
    const all = await page('limit=100');
    expect(all.items.slice(0, 10)).toEqual([...first.items, ...second.items]);
    expect(all.items.filter(({ name }) => name === 'passkey-added')).toMatchObject([
      { description: 'Changed' },
    ]);
    expect((await admin.delete(pathOf('passkey-added'))).status).toBe(204);
  });

  it('says in the email what was published, until it gets its texts back', async () => {
    const forgot = async (subject: string, locale = 'en') => {
      const user = aUser({ locale });
      await signUp(api, user);
      await api.post('/auth/password/forgot', { email: user.email });
      return mailTo(user.email, subject);
    };
    const name = 'reset-password';
    const before = await admin.get<TemplateBody>(pathOf(name));
    const email = {
      subject: 'New password for {{ recipient.email }}',
      html: null,
      mjml: mjmlOf('For <b>{{ recipient.displayName }}</b>: <a href="{{ link }}">Choose</a>'),
      text: null,
    };
    const patched = await admin.patch<TemplateBody>(pathOf(name), { contents: { en: { email }, de: null } });
    expect([patched.status, patched.body.draftChanged]).toEqual([200, true]);
    // Not before it's published.
    expect((await forgot('Reset your password')).html).toContain('role="presentation"');
    expect((await publish(name)).status).toBe(200);
    const published = await eventually(() => resetMail(/^New password for/, '<i>Eve</i>'));
    expect(published.html).toContain('For <b>&lt;i&gt;Eve&lt;/i&gt;</b>');
    expect(published.text).toMatch(/^For <i>Eve<\/i>: Choose \(https?:\/\/\S+token=[\w-]+\)\r?\n$/);
    // The German one was left out, so that it's the built-in one. There's no French one.
    expect((await forgot('Passwort zurück', 'de-AT')).html).toContain('lang="de"');
    await forgot('New password for', 'fr');

    expect((await admin.delete(pathOf(name))).status).toBe(204);
    const after = await admin.get<TemplateBody>(pathOf(name));
    expect([after.body, etagOf(after)]).toEqual([before.body, etagOf(before)]);
    await eventually(() => resetMail(/^Reset your password/));
  });

  it('has another entity tag each time it is changed', async () => {
    const change = async (description: string) =>
      etagOf(await admin.patch(pathOf('invitation'), { description }));
    const one = await change('one');
    await admin.delete(pathOf('invitation'));
    const other = await change('other');
    expect(other).not.toBe(one);
    await admin.delete(pathOf('invitation'));
  });

  it('needs its link, and keeps its variables', async () => {
    const email = { subject: 'Hello', html: '<p>No link</p>', text: null };
    await admin.patch(pathOf('verify-email'), { contents: { en: { email } } });
    const problem = expectProblem(await publish('verify-email'), 422, 'invalid-template');
    expect(problem.errors?.map(({ code }) => code)).toEqual(['missing-variable']);
    expectProblem(
      await admin.patch(pathOf('verify-email'), { variables: { a: { type: 'string' } } }),
      409,
      'built-in-template',
    );
    expect((await admin.delete(pathOf('verify-email'))).status).toBe(204);
  });

  it.each([
    ['fails', '{{ link }}{% for i in (1..3000) %}{% for j in (1..3000) %}x{% endfor %}{% endfor %}'],
    ['leaves out the link', 'Hello{% if code %}{{ link }}{% endif %}'],
  ])('is sent instead of a published one that %s', async (_, html) => {
    await admin.patch(pathOf('verify-email'), {
      contents: { en: { email: { subject: 'Endless', html, text: null } } },
    });
    expect((await publish('verify-email')).status).toBe(200);
    const failures = (): number => running.logs().split('could not render delivery').length;
    const before = failures();
    // Within a second, it's what is sent.
    await eventually(async () => {
      const user = await signUp(api);
      expect((await mailTo(user.email, 'Confirm your email address')).text).toContain('verify-email?token=');
      expect(failures()).toBeGreaterThan(before);
    });
    await admin.delete(pathOf('verify-email'));
  });
});

it('is in the audit log', async () => {
  const name = await named();
  await admin.patch(pathOf(name), { description: 'Other' });
  await publish(name);
  await admin.delete(pathOf(name));
  await eventually(async () => {
    const { body } = await admin.get<ListBody<{ type: string; target: string }>>('/audit-events?limit=100');
    const own = body.items.filter(({ target }) => target === name).map(({ type }) => type);
    expect(own).toEqual(['template.deleted', 'template.published', 'template.updated', 'template.created']);
  });
});

it('needs a permission of its own to be read, and another one to be changed', async () => {
  const at = { api, admin, database };
  const reader = await userWithPermissions(at, 'templates:read');
  const name = await named();
  expect((await reader.api.get(pathOf(name))).status).toBe(200);
  expect((await reader.api.post(`${pathOf(name)}/preview`)).status).toBe(200);
  expectProblem(await reader.api.patch(pathOf(name), {}), 403, 'forbidden');
  expectProblem(await reader.api.post(`${pathOf(name)}/publish`), 403, 'forbidden');
  const other = await userWithPermissions(at, 'webhooks:read');
  expectProblem(await other.api.get(TEMPLATES), 403, 'forbidden');
});
