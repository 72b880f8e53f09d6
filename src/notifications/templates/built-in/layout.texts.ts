import type { TemplateLocale } from '#libs/contracts';

export interface LayoutTexts {
  /** Shown above the plain link, for people who can't use the button. */
  readonly fallback: string;
  /** Shown before the site's name. */
  readonly sentBy: string;
  /** The labels of what caused the mail: when it happened, on which device, and its address. */
  readonly when: string;
  readonly device: string;
  readonly address: string;
  /** Joins an app and what it runs on: Firefox on Linux. */
  readonly on: string;
  readonly unknownDevice: string;
  /** Shown after the number of notifications that a digest leaves out. */
  readonly more: string;
  readonly unsubscribe: string;
}

/** What every mail says. */
export const LAYOUT_TEXTS: Readonly<Record<TemplateLocale, LayoutTexts>> = {
  en: {
    fallback: "If the button doesn't work, copy this link into your browser:",
    sentBy: 'Sent by',
    when: 'When',
    device: 'Device',
    address: 'IP address',
    on: 'on',
    unknownDevice: 'Unknown device',
    more: 'more',
    unsubscribe: 'Unsubscribe',
  },
  de: {
    fallback: 'Falls die Schaltfläche nicht funktioniert, kopieren Sie diesen Link in Ihren Browser:',
    sentBy: 'Gesendet von',
    when: 'Zeitpunkt',
    device: 'Gerät',
    address: 'IP-Adresse',
    on: 'auf',
    unknownDevice: 'Unbekanntes Gerät',
    more: 'weitere',
    unsubscribe: 'Abbestellen',
  },
};
