/** Options for sending mail. */
export interface MailOptions {
  /** `smtp(s)://user:pass@host:port` */
  readonly smtpUrl: string;
  /** The From header: an address, or `Name <address>`. */
  readonly from: string;
  /** Its host makes Message-IDs globally unique (RFC 5322, section 3.6.4). */
  readonly publicUrl: string;
}

export const MAIL_OPTIONS = Symbol('MailOptions');
