import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { createTransport } from 'nodemailer';
import { traced } from '#libs/telemetry';
import { MAIL_OPTIONS, type MailOptions } from './mail.options.js';
import type { SendOutcome } from '../channel.js';
import { outcomeOfError } from './mail-outcome.js';

export interface Mail {
  readonly to: { readonly address: string; readonly name: string | null };
  readonly messageId: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

const CONNECTIONS = 10;
const CONNECT_MS = 10_000;
/** The silence after which a server counts as lost; the end of a message may take it long (RFC 5321, 4.5.3.2.6). */
const SILENCE_MS = 60_000;
const MAX_NAME_LENGTH = 64;

/** Hands mails to the SMTP server over a few connections that are kept open. */
@Injectable()
export class Mailer implements OnApplicationShutdown {
  private readonly logger = new Logger(Mailer.name);
  private readonly transport;

  constructor(@Inject(MAIL_OPTIONS) private readonly options: MailOptions) {
    this.transport = createTransport({
      pool: true,
      url: options.smtpUrl,
      ...transportSecurity(options.smtpUrl),
      maxConnections: CONNECTIONS,
      // Repeating is the job's business, which knows what the last attempt came to.
      maxRequeues: 0,
      connectionTimeout: CONNECT_MS,
      greetingTimeout: CONNECT_MS,
      dnsTimeout: CONNECT_MS,
      socketTimeout: SILENCE_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    this.transport.on('error', (error: Error & { code?: string }) => {
      this.logger.warn(`SMTP connection lost: ${error.code ?? error.name}`);
    });
  }

  /** Never throws. When `signal` fires, the connection is cut and the outcome unknown. */
  send(mail: Mail, signal: AbortSignal): Promise<SendOutcome> {
    return traced(spanOf(this.options.smtpUrl), async (span) => {
      const outcome = await this.attempt(mail, signal);
      if (outcome.kind !== 'sent') {
        span?.fail(outcome.kind);
      }
      return outcome;
    });
  }

  private async attempt({ to, ...mail }: Mail, signal: AbortSignal): Promise<SendOutcome> {
    try {
      await this.transport.sendMail({
        ...mail,
        from: this.options.from,
        to: { address: to.address, name: displayName(to.name) },
        date: new Date(),
        // RFC 3834: no vacation notice shall answer.
        headers: { 'Auto-Submitted': 'auto-generated' },
        signal,
      });
      return { kind: 'sent' };
    } catch (error) {
      return outcomeOfError(error);
    }
  }

  onApplicationShutdown(): void {
    this.transport.close({ force: true });
  }
}

/** Where the mail goes to, and nothing of what it says or for whom. */
function spanOf(smtpUrl: string) {
  const { hostname, port, protocol } = new URL(smtpUrl);
  return {
    name: 'SMTP send',
    kind: 'client',
    attributes: {
      'server.address': hostname,
      'server.port': Number(port) || (protocol === 'smtps:' ? 465 : 587),
      'network.protocol.name': 'smtp',
    },
  } as const;
}

interface TransportSecurity {
  readonly ignoreTLS?: boolean;
  readonly requireTLS?: boolean;
}

/**
 * A password must not leave the machine in clear text because somebody in between removed STARTTLS from the server's
 * offer. On the machine itself TLS protects from nobody, and mailboxes for development have no valid certificate.
 */
export function transportSecurity(smtpUrl: string): TransportSecurity {
  const { protocol, hostname, password } = new URL(smtpUrl);
  if (protocol === 'smtps:') {
    return {};
  }
  const isLoopback = hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
  return isLoopback ? { ignoreTLS: true } : { requireTLS: password !== '' };
}

/**
 * The name as it may stand in the To header. Anybody can register anybody's address under any name, so one that
 * carries a link or an address would make our mail the carrier of somebody else's advertising or phishing; a line
 * break would start a header of its own (CWE-93).
 */
export function displayName(name: string | null): string {
  const oneLine = (name ?? '').replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  return /[@/\\<>]|www\.|\.\w{2,}/i.test(oneLine) ? '' : oneLine.slice(0, MAX_NAME_LENGTH);
}
