export const TEMPLATE_LOCALES = ['en', 'de'] as const;
export type TemplateLocale = (typeof TEMPLATE_LOCALES)[number];

/** What a mail says in one language; the layouts of the notifications service say how. */
export interface TemplateTexts {
  readonly subject: string;
  /** What mailboxes show next to the subject. */
  readonly preheader: string;
  readonly heading: string;
  readonly paragraphs: readonly string[];
  /** On the button that carries the link. */
  readonly action: string;
  /** Above the link in plain text, for those who can't use the button. */
  readonly fallback: string;
  readonly notes: readonly string[];
  /** Before the site's name. */
  readonly sentBy: string;
}

/** A notification that the product itself sends. */
export interface Template {
  readonly name: string;
  readonly texts: Readonly<Record<TemplateLocale, TemplateTexts>>;
}

const templates = new Map<string, Template>();

/** Declares a template: one service names it when it sends, the notifications service renders it. */
export function defineTemplate(name: string, texts: Template['texts']): Template {
  if (templates.has(name)) {
    throw new Error(`The template "${name}" is defined twice. Give one of the two another name.`);
  }
  const template = { name, texts };
  templates.set(name, template);
  return template;
}

export function findTemplate(name: string): Template | undefined {
  return templates.get(name);
}
