import { Declarations } from '#libs/lifecycle';

export const TEMPLATE_LOCALES = ['en', 'de'] as const;
export type TemplateLocale = (typeof TEMPLATE_LOCALES)[number];

/** The texts of a mail in one language. The layout comes from the notifications service. */
export interface TemplateTexts {
  readonly subject: string;
  /** What mail clients show next to the subject. */
  readonly preheader: string;
  readonly heading: string;
  readonly paragraphs: readonly string[];
  /** The label of the button with the link. */
  readonly action: string;
  readonly notes: readonly string[];
}

/** A notification with built-in texts. */
export interface Template {
  readonly name: string;
  readonly texts: Readonly<Record<TemplateLocale, TemplateTexts>>;
}

const templates = new Declarations<Template>('template', 'Give one of the two another name.');

/** Declares a template. Other services refer to it by name; the notifications service renders it. */
export function defineTemplate(name: string, texts: Template['texts']): Template {
  return templates.declare(name, () => ({ name, texts }));
}

export function findTemplate(name: string): Template | undefined {
  return templates.get(name);
}

export function builtInTemplates(): Template[] {
  return [...templates.values()];
}
