export const MAIL_LOCALES = ['en', 'de'] as const;
export type MailLocale = (typeof MAIL_LOCALES)[number];

/** What a mail says in one language; the layouts say how. */
export interface MailTexts {
  readonly subject: string;
  /** What mailboxes show beside the subject. */
  readonly preheader: string;
  readonly heading: string;
  readonly paragraphs: readonly string[];
  /** On the button that carries the link. */
  readonly action: string;
  /** Above the link in plain sight, for who can't use the button. */
  readonly fallback: string;
  readonly notes: readonly string[];
  /** In front of the site's name. */
  readonly sentBy: string;
}
