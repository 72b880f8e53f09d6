import { Injectable } from '@nestjs/common';
import { Liquid, type Template } from 'liquidjs';
import { findTemplate, TEMPLATE_LOCALES, type TemplateLocale } from '#libs/contracts';
import { LAYOUT_HTML } from './layout.html.js';
import { LAYOUT_TEXT } from './layout.text.js';
import { LAYOUT_TEXTS } from './layout.texts.js';
import { detailsOf } from './mail-details.js';

export interface RenderedMail {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

/** No templates from disk, and a missing variable is an error instead of a gap in someone's mail. */
const STRICT = { templates: {}, strictVariables: true, strictFilters: true };

@Injectable()
export class MailRenderer {
  private readonly htmlEngine = new Liquid({ ...STRICT, outputEscape: 'escape' });
  private readonly textEngine = new Liquid(STRICT);
  private readonly html: Template[] = this.htmlEngine.parse(LAYOUT_HTML);
  private readonly text: Template[] = this.textEngine.parse(LAYOUT_TEXT);

  /** @throws Error if the template is unknown, or if the data has no http(s) link */
  render(name: string, locale: string, data: Readonly<Record<string, string>>): RenderedMail {
    const lang = templateLocale(locale);
    const template = findTemplate(name);
    if (!template) {
      throw new Error(`unknown template "${name}"`);
    }
    const texts = template.texts[lang];
    const link = webLink(data['link']);
    const layout = LAYOUT_TEXTS[lang];
    const code = data['code'] ?? null;
    const details = detailsOf(data, locale, lang);
    const variables = { lang, texts, layout, code, details, link: link.href, site: link.host };
    return {
      subject: texts.subject,
      html: this.htmlEngine.renderSync(this.html, variables) as string,
      text: this.textEngine.renderSync(this.text, variables) as string,
    };
  }
}

/** Maps `de-AT` to `de`, and languages without a translation to `en`. */
export function templateLocale(locale: string): TemplateLocale {
  const language = locale.toLowerCase().split(/[-_]/)[0];
  return TEMPLATE_LOCALES.find((known) => known === language) ?? 'en';
}

function webLink(link: string | undefined): URL {
  const url = new URL(link ?? '');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new TypeError('the link in an email must start with https: or http:');
  }
  return url;
}
