import type { TemplateLocale } from '#libs/contracts';
import type { SmsSource } from '../rendering/liquid.js';
import { templateLocale } from './account-mail.js';

/** The template of the code that proves a phone number. */
export const VERIFY_PHONE = 'verify-phone';

/** The text messages about accounts, by template. */
const TEXTS: Readonly<Record<string, Readonly<Record<TemplateLocale, string>>>> = {
  [VERIFY_PHONE]: {
    en: "{{ code }} is your code to get text messages from {{ site }}. Don't share it. If you didn't ask for it, ignore this message.",
    de: '{{ code }} ist Ihr Code, um Nachrichten von {{ site }} zu erhalten. Geben Sie ihn nicht weiter. Wenn Sie ihn nicht angefordert haben, ignorieren Sie diese Nachricht.',
  },
};

/** @throws Error if there's no such text */
export function accountText(template: string, locale: string): SmsSource {
  const texts = Object.hasOwn(TEXTS, template) ? TEXTS[template] : undefined;
  if (!texts) {
    throw new Error(`unknown template "${template}"`);
  }
  return { text: texts[templateLocale(locale)] };
}
