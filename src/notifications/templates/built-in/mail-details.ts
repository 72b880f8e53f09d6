import type { SendNotification, TemplateLocale } from '#libs/contracts';
import { LAYOUT_TEXTS } from './layout.texts.js';

/** A line of the block that says what caused the mail. */
export interface MailDetail {
  readonly label: string;
  readonly value: string;
}

/** More than any of them needs. Some are as strangers sent them. */
const MAX_LENGTH = 80;

/**
 * When something happened, on which device, and at which address, so that readers can tell whether it was them. Empty if
 * the data doesn't say.
 */
export function detailsOf(
  { at, timezone, app, system, ipAddress }: SendNotification['data'],
  locale: string,
  lang: TemplateLocale,
): MailDetail[] {
  if (at === undefined) {
    return [];
  }
  const { when, device, address, on, unknownDevice } = LAYOUT_TEXTS[lang];
  const details = [
    { label: when, value: momentOf(at, timezone, dateLocale(locale, lang)) },
    { label: device, value: [app, system].filter(Boolean).join(` ${on} `) || unknownDevice },
    { label: address, value: ipAddress ?? '' },
  ];
  return details
    .filter(({ value }) => value !== '')
    .map(({ label, value }) => ({ label, value: value.slice(0, MAX_LENGTH) }));
}

/** `26 November 2026 at 19:13 CET`: without seconds, with the name of the time zone. */
function momentOf(at: string, timezone: string | undefined, locale: string): string {
  const format = new Intl.DateTimeFormat(locale, {
    timeZone: knownZone(timezone),
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  });
  return format.format(new Date(at));
}

/** As in the reader's country, if they read the mail in their language. English without a country isn't American. */
function dateLocale(locale: string, lang: TemplateLocale): string {
  const [, language, country] = /^([a-z]+)[-_]([a-z]{2})$/i.exec(locale) ?? [];
  if (country !== undefined && language?.toLowerCase() === lang) {
    return `${lang}-${country.toUpperCase()}`;
  }
  return lang === 'en' ? 'en-GB' : lang;
}

/** The service that stored the profile may know zones that this one doesn't. */
function knownZone(timezone = 'UTC'): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: timezone }).resolvedOptions().timeZone;
  } catch {
    return 'UTC';
  }
}
