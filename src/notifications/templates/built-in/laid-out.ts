import type { TemplateLocale, TemplateTexts } from '#libs/contracts';
import type { LayoutTexts } from './layout.texts.js';

/** What a layout is filled with. The result is the Liquid source of an email. */
export interface LaidOut {
  readonly lang: TemplateLocale;
  readonly texts: TemplateTexts;
  readonly layout: LayoutTexts;
}
