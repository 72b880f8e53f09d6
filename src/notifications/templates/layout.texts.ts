import type { TemplateLocale } from '#libs/contracts';

interface LayoutTexts {
  /** Shown above the plain link, for people who can't use the button. */
  readonly fallback: string;
  /** Shown before the site's name. */
  readonly sentBy: string;
}

/** What every mail says. */
export const LAYOUT_TEXTS: Readonly<Record<TemplateLocale, LayoutTexts>> = {
  en: {
    fallback: "If the button doesn't work, copy this link into your browser:",
    sentBy: 'Sent by',
  },
  de: {
    fallback: 'Falls die Schaltfläche nicht funktioniert, kopieren Sie diesen Link in Ihren Browser:',
    sentBy: 'Gesendet von',
  },
};
