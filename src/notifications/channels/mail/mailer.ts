import { Logger } from '@nestjs/common';
import { createTransport, type SendMailOptions } from 'nodemailer';
import { traced } from '#libs/telemetry';
import type { SendContext, SendOutcome } from '../channel.js';
import type { Provider } from '../provider-chain.js';
import { gateContent } from './content-gate.js';
import { contentInOnePiece } from './content-in-one-piece.js';
import { outcomeOfError } from './mail-outcome.js';
import { transportForm } from './recipient-address.js';
import { displayName } from './recipient-name.js';
import { SmtpUtf8NotOffered, SmtpUtf8Transport } from './smtp-utf8.transport.js';

export interface Mail {
  readonly to: { readonly address: string; readonly name: string | null };
  readonly messageId: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  /** Where readers, or their mail providers for them, turn off emails like this one. */
  readonly unsubscribeUrl?: string | undefined;
}

const CONNECTIONS = 10;
const CONNECT_MS = 10_000;
/** How long a server may be silent. It may take long to confirm the end of a message (RFC 5321, section 4.5.3.2.6). */
const SILENCE_MS = 60_000;

/** A mail server, and the sender that it's told. */
export interface MailServer {
  /** As it appears in the attempts and in metrics. */
  readonly name: 'smtp' | 'smtp-fallback';
  /** `smtp(s)://user:pass@host:port` */
  readonly url: string;
  readonly sender: { readonly address: string; readonly name: string };
}

/** Sends mails to an SMTP server over a pool of connections. */
export class Mailer implements Provider<Mail> {
  private readonly logger = new Logger(Mailer.name);
  private readonly transport;
  private readonly utf8Transport;

  constructor(private readonly server: MailServer) {
    const common = {
      url: server.url,
      ...transportSecurity(server.url),
      connectionTimeout: CONNECT_MS,
      greetingTimeout: CONNECT_MS,
      dnsTimeout: CONNECT_MS,
      socketTimeout: SILENCE_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
    };
    this.transport = createTransport({
      pool: true,
      ...common,
      maxConnections: CONNECTIONS,
      // Retries are up to the job, which knows the outcome of the last attempt.
      maxRequeues: 0,
    });
    this.utf8Transport = createTransport(new SmtpUtf8Transport(common));
    for (const transport of [this.transport, this.utf8Transport]) {
      transport.use('stream', contentInOnePiece);
      transport.use('stream', gateContent);
    }
    this.transport.on('error', (error: Error & { code?: string }) => {
      this.logger.warn(`SMTP connection lost: ${error.code ?? error.name}`);
    });
  }

  get name(): MailServer['name'] {
    return this.server.name;
  }

  /**
   * Never throws. If `signal` aborts, or `isHeld` says no when the server is ready for the content, the connection is
   * closed and the outcome is unknown.
   */
  send(mail: Mail, { signal, isHeld }: SendContext): Promise<SendOutcome> {
    return traced(spanOf(this.server.url), async (span) => {
      const lapsed = new AbortController();
      const mayLeave = (): boolean => {
        if (!isHeld()) {
          lapsed.abort();
        }
        return !lapsed.signal.aborted;
      };
      const outcome = await this.attempt(mail, AbortSignal.any([signal, lapsed.signal]), mayLeave);
      if (outcome.kind !== 'sent') {
        span?.fail(outcome.kind);
      }
      return outcome;
    });
  }

  private async attempt(
    { to, unsubscribeUrl, ...mail }: Mail,
    signal: AbortSignal,
    mayLeave: () => boolean,
  ): Promise<SendOutcome> {
    const recipient = transportForm(to.address);
    if (!recipient) {
      return { kind: 'refused', reason: 'the domain of the address is invalid' };
    }
    const { address, needsSmtpUtf8 } = recipient;
    try {
      await (needsSmtpUtf8 ? this.utf8Transport : this.transport).sendMail({
        ...mail,
        from: this.server.sender,
        to: { address, name: displayName(to.name) },
        date: new Date(),
        headers: {
          // RFC 3834: suppresses automatic replies, such as vacation notices.
          'Auto-Submitted': 'auto-generated',
          ...(unsubscribeUrl === undefined ? {} : oneClickHeaders(unsubscribeUrl)),
        },
        signal,
        mayLeave,
      } as SendMailOptions);
      return { kind: 'sent' };
    } catch (error) {
      return error instanceof SmtpUtf8NotOffered
        ? { kind: 'refused', reason: 'the address needs SMTPUTF8, which the mail server does not offer' }
        : outcomeOfError(error);
    }
  }

  /** Ends what is being sent. */
  close(): void {
    this.transport.close({ force: true });
    this.utf8Transport.close();
  }
}

/** RFC 8058. Nodemailer folds long lines, but not within a URL. */
function oneClickHeaders(url: string): Record<string, string> {
  return { 'List-Unsubscribe': `<${url}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' };
}

/** Describes the server, but not the mail or its recipient. */
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
 * Requires STARTTLS if there is a password, so that a man in the middle can't strip STARTTLS from the server's reply to
 * get it in clear text. On loopback, TLS protects against no one, and mailboxes for development have no valid
 * certificate.
 */
export function transportSecurity(smtpUrl: string): TransportSecurity {
  const { protocol, hostname, password } = new URL(smtpUrl);
  if (protocol === 'smtps:') {
    return {};
  }
  const isLoopback = hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
  return isLoopback ? { ignoreTLS: true } : { requireTLS: password !== '' };
}
