import { type NotificationTarget, TEMPLATE_LOCALES, type TemplateLocale } from '#libs/contracts';
import type { JsonObject } from '#libs/json';
import { isWebUrl } from '#libs/text';
import { recipientOf } from '../content/variables.js';
import type { EmailSource } from '../rendering/liquid.js';
import { lookUpLocale } from '../rendering/pick-locale.js';
import { type RenderedMail, renderEmail } from '../rendering/render-email.js';
import { findBuiltIn } from './built-in-templates.js';
import { detailsOf } from './mail-details.js';

/** What to say to whom. */
export interface MailToRender {
  /** The ID of the delivery. */
  readonly id: string;
  readonly template: string;
  /** The ID of the version to use, if it isn't an email about an account. */
  readonly templateVersion?: string | undefined;
  /** Where the reader can say that they want no more of these. */
  readonly unsubscribeUrl?: string | undefined;
  readonly to: Pick<NotificationTarget, 'email' | 'displayName' | 'locale'>;
  readonly data: JsonObject;
}

/**
 * @param source instead of the built-in one
 * @throws Error if the template is unknown, if the data has no http(s) link, or if that's missing in the result
 */
export function renderAccountMail(
  { template, to, data, unsubscribeUrl }: MailToRender,
  source?: EmailSource,
): RenderedMail {
  const lang = templateLocale(to.locale);
  const used = source ?? findBuiltIn(template)?.emails[lang];
  if (!used) {
    throw new Error(`unknown template "${template}"`);
  }
  const texts = data as Readonly<Record<string, string>>;
  const link = webLink(texts['link']);
  const mail = renderEmail(used, {
    link: link.href,
    code: texts['code'] ?? null,
    details: detailsOf(texts, to.locale, lang),
    items: data['items'] ?? [],
    more: data['more'] ?? 0,
    recipient: recipientOf(to),
    site: link.host,
    unsubscribeUrl: unsubscribeUrl ?? null,
  });
  if (!mail.html.includes(link.href.replaceAll('&', '&amp;')) || !mail.text.includes(link.href)) {
    throw new Error('the link is missing');
  }
  return mail;
}

/** Maps `de-AT` to `de`, and languages without a translation to `en`. */
export function templateLocale(locale: string): TemplateLocale {
  return (lookUpLocale(TEMPLATE_LOCALES, locale) as TemplateLocale | undefined) ?? 'en';
}

function webLink(link = ''): URL {
  if (!isWebUrl(link)) {
    throw new TypeError('the link in an email must be an http or https URL');
  }
  return new URL(link);
}
