/** Options for sending mail. */
export interface MailOptions {
  /** `smtp(s)://user:pass@host:port` */
  readonly smtpUrl: string;
  /** A mail server that takes over while that one can't be reached. Null if there's none. */
  readonly smtpFallbackUrl: string | null;
  /** The address of the sender. */
  readonly from: string;
  /** The name of the sender, as people read it. May be empty. */
  readonly fromName: string;
  /** Its host makes Message-IDs globally unique (RFC 5322, section 3.6.4). */
  readonly publicUrl: string;
}

export const MAIL_OPTIONS = Symbol('MailOptions');
