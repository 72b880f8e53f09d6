import { Injectable } from '@nestjs/common';
import { Liquid, type Template } from 'liquidjs';
import { findTemplate, TEMPLATE_LOCALES, type TemplateLocale } from '#libs/contracts';
import { LAYOUT_HTML } from './layout.html.js';
import { LAYOUT_TEXT } from './layout.text.js';

export interface RenderedMail {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

/** Nothing is read from disk, and a variable that is missing is an error rather than a gap in somebody's mail. */
const STRICT = { templates: {}, strictVariables: true, strictFilters: true };

@Injectable()
export class MailRenderer {
  private readonly htmlEngine = new Liquid({ ...STRICT, outputEscape: 'escape' });
  private readonly textEngine = new Liquid(STRICT);
  private readonly html: Template[] = this.htmlEngine.parse(LAYOUT_HTML);
  private readonly text: Template[] = this.textEngine.parse(LAYOUT_TEXT);

  /** @throws Error when there is no such template, or no link in the data that may stand in a mail */
  render(name: string, locale: string, data: Readonly<Record<string, string>>): RenderedMail {
    const lang = templateLocale(locale);
    const template = findTemplate(name);
    if (!template) {
      throw new Error(`no template "${name}"`);
    }
    const texts = template.texts[lang];
    const link = webLink(data['link']);
    const variables = { lang, texts, link: link.href, site: link.host };
    return {
      subject: texts.subject,
      html: this.htmlEngine.renderSync(this.html, variables) as string,
      text: this.textEngine.renderSync(this.text, variables) as string,
    };
  }
}

/** `de-AT` is served in `de`, what is not translated in `en`. */
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
