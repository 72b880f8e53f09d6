import { Injectable } from '@nestjs/common';
import { Liquid, type Template } from 'liquidjs';
import type { SystemTemplate } from '#libs/contracts';
import { ACCOUNT_EXISTS } from './templates/account-exists.js';
import { LAYOUT_HTML } from './templates/layout.html.js';
import { LAYOUT_TEXT } from './templates/layout.text.js';
import { MAIL_LOCALES, type MailLocale, type MailTexts } from './templates/mail-texts.js';
import { VERIFY_EMAIL } from './templates/verify-email.js';

export interface RenderedMail {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

const TEXTS: Record<SystemTemplate, Record<MailLocale, MailTexts>> = {
  'verify-email': VERIFY_EMAIL,
  'account-exists': ACCOUNT_EXISTS,
};

/** Nothing is read from disk, and a variable that is missing is an error rather than a gap in somebody's mail. */
const STRICT = { templates: {}, strictVariables: true, strictFilters: true };

@Injectable()
export class MailRenderer {
  private readonly htmlEngine = new Liquid({ ...STRICT, outputEscape: 'escape' });
  private readonly textEngine = new Liquid(STRICT);
  private readonly html: Template[] = this.htmlEngine.parse(LAYOUT_HTML);
  private readonly text: Template[] = this.textEngine.parse(LAYOUT_TEXT);

  /** @throws Error when the data has no link that may stand in a mail */
  render(template: SystemTemplate, locale: string, data: Readonly<Record<string, string>>): RenderedMail {
    const lang = mailLocale(locale);
    const texts = TEXTS[template][lang];
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
export function mailLocale(locale: string): MailLocale {
  const language = locale.toLowerCase().split(/[-_]/)[0];
  return MAIL_LOCALES.find((known) => known === language) ?? 'en';
}

function webLink(link: string | undefined): URL {
  const url = new URL(link ?? '');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new TypeError('the link in an email must start with https: or http:');
  }
  return url;
}
