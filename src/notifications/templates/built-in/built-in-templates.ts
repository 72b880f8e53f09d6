import { createHash } from 'node:crypto';
import { builtInTemplates, digest, findTemplate, type Template, type TemplateLocale } from '#libs/contracts';
import { SECURITY, type TemplateDraft } from '../content/template-draft.js';
import type { EmailSource } from '../rendering/liquid.js';
import { layoutHtml } from './layout.html.js';
import { layoutText } from './layout.text.js';
import { LAYOUT_TEXTS } from './layout.texts.js';

/** A template that a release comes with. */
export interface BuiltInTemplate {
  /** Below all others, so that they come first in lists. The same in every release. */
  readonly id: string;
  readonly name: string;
  readonly draft: TemplateDraft;
  /** Changes whenever the draft does, from one release to another. */
  readonly fingerprint: string;
  /** Ready to be rendered. */
  readonly emails: Readonly<Record<TemplateLocale, EmailSource>>;
}

/** What the emails about accounts are about. */
const VARIABLES: TemplateDraft['variables'] = {
  link: { type: 'url', secret: true, description: 'Where the button leads.' },
  code: {
    type: 'string',
    optional: true,
    secret: true,
    description: 'A code to type in. Only in emails that have one.',
  },
  details: {
    type: 'array',
    description: 'What caused the email: a list, each with a `label` and a `value`. May be empty.',
  },
  items: {
    type: 'array',
    description:
      'The notifications of a digest: a list, each with a `title`, a `body`, which may be empty, and a `url`, which may be null. ' +
      'Empty in all other emails.',
  },
  more: {
    type: 'number',
    optional: true,
    description: 'How many notifications a digest leaves out, because it has so many.',
  },
};

const EXAMPLE: TemplateDraft['exampleData'] = {
  link: 'https://app.acme.com/verify-email?token=…',
  code: '042617',
  details: [
    { label: 'When', value: '26 November 2026 at 19:13 CET' },
    { label: 'Device', value: 'Firefox on Linux' },
    { label: 'IP address', value: '203.0.113.7' },
  ],
  items: [],
};

/** What is different in a digest. */
const DIGEST_EXAMPLE: TemplateDraft['exampleData'] = {
  link: 'https://app.acme.com',
  details: [],
  items: [
    {
      title: 'Order 4711 is on its way',
      body: 'Track it to see when it arrives.',
      url: 'https://parcels.example/4711',
    },
    { title: 'Ada has answered your question', body: '', url: null },
  ],
};

/** The variables without which an email about an account would be of no use. */
export const INDISPENSABLE = ['link'] as const;

const known = new Map<Template, BuiltInTemplate>();

export function findBuiltIn(name: string): BuiltInTemplate | undefined {
  const template = findTemplate(name);
  return template && builtInOf(template);
}

export function builtIns(): BuiltInTemplate[] {
  return builtInTemplates().map(builtInOf);
}

export function isBuiltIn(name: string): boolean {
  return findTemplate(name) !== undefined;
}

function builtInOf(template: Template): BuiltInTemplate {
  const builtIn = known.get(template) ?? create(template);
  known.set(template, builtIn);
  return builtIn;
}

function create(template: Template): BuiltInTemplate {
  const emails = { en: sourceOf(template, 'en'), de: sourceOf(template, 'de') };
  const draft = {
    description: template.texts.en.preheader,
    category: SECURITY,
    defaultLocale: 'en',
    variables: VARIABLES,
    exampleData: template === digest ? DIGEST_EXAMPLE : EXAMPLE,
    contents: { en: { email: emails.en }, de: { email: emails.de } },
  };
  const fingerprint = digestOf(JSON.stringify(draft));
  return { id: idOf(template.name), name: template.name, draft, fingerprint, emails };
}

function sourceOf(
  { texts }: Template,
  lang: TemplateLocale,
): { subject: string; html: string; text: string } {
  const laidOut = { lang, texts: texts[lang], layout: LAYOUT_TEXTS[lang] };
  return { subject: texts[lang].subject, html: layoutHtml(laidOut), text: layoutText(laidOut) };
}

/** A UUIDv7 of the year 1970. */
function idOf(name: string): string {
  return `00000000-0000-7000-8000-${digestOf(name)}`;
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
