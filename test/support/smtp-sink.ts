import { freePort } from '#tools/embedded';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { parseMail, type ReceivedMail } from './received-mail.js';

/**
 * What the sink does with a message:
 * `accept` it; `reject` it permanently (550); `reject-content` as spam filters do (550 5.7.1); `defer` it (451, so the sender retries); `drop` the connection
 * after the whole message arrived but before the response, so the outcome is unknown; `hang` at that point.
 * Or it rejects a command that comes before: `reject-login` (535 to AUTH), `reject-sender` (550 to MAIL FROM),
 * `reject-recipient` (550 to RCPT TO). `hang-recipient` doesn't answer RCPT TO.
 */
export type SinkBehaviour =
  | 'accept'
  | 'reject'
  | 'reject-content'
  | 'defer'
  | 'drop'
  | 'hang'
  | 'reject-login'
  | 'reject-sender'
  | 'reject-recipient'
  | 'hang-recipient';

/** In the URL of every sink. Any is accepted. */
export const SMTP_PASSWORD = 'smtp-password';

export interface SinkOptions {
  /** Whether the sink offers SMTPUTF8. */
  readonly smtpUtf8?: boolean;
}

export interface SmtpSink {
  readonly url: string;
  readonly port: number;
  /** Accepted mails, oldest first, and those whose connection was dropped or left hanging. */
  readonly mails: readonly ReceivedMail[];
  /** The number of messages, whatever their outcome. */
  readonly attempts: number;
  /** The number of logins, refused ones included. */
  readonly logins: number;
  /** The MAIL FROM and RCPT TO commands as they arrived, whatever the reply. */
  readonly commands: readonly string[];
  mailsTo(address: string): ReceivedMail[];
  behave(behaviour: SinkBehaviour): void;
  clear(): void;
  /** Accepts the messages and recipients that are left hanging. */
  release(): void;
  /** Refuses connections until `start`, which listens on the same port again. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** A real SMTP server that keeps the mails it receives. */
export async function startSmtpSink({ smtpUtf8 = true }: SinkOptions = {}): Promise<SmtpSink> {
  const sink = new Sink(await freePort(), smtpUtf8);
  await sink.start();
  return sink;
}

class Sink implements SmtpSink {
  readonly url: string;
  mails: ReceivedMail[] = [];
  attempts = 0;
  logins = 0;
  commands: string[] = [];
  private behaviour: SinkBehaviour = 'accept';
  private server: SMTPServer | undefined;
  private readonly hanging = new Set<{ readonly accept: () => void; readonly cut: () => void }>();

  constructor(
    readonly port: number,
    private readonly smtpUtf8: boolean,
  ) {
    this.url = `smtp://mailer:${SMTP_PASSWORD}@127.0.0.1:${port}`;
  }

  mailsTo(address: string): ReceivedMail[] {
    return this.mails.filter(({ envelope }) => envelope.to.includes(address));
  }

  behave(behaviour: SinkBehaviour): void {
    this.behaviour = behaviour;
  }

  clear(): void {
    this.mails = [];
    this.attempts = 0;
    this.logins = 0;
    this.commands = [];
  }

  release(): void {
    this.hanging.forEach(({ accept }) => accept());
    this.hanging.clear();
  }

  async start(): Promise<void> {
    const server = new SMTPServer({
      authOptional: true,
      allowInsecureAuth: true,
      disabledCommands: ['STARTTLS'],
      // Nothing is rejected for its size: nodemailer's own limit is far lower.
      size: 10_000_000,
      closeTimeout: 100,
      // The handlers below get decoded addresses. Only the log has the commands as they arrived.
      logger: commandLogger((line) => this.commands.push(line)),
      hideSMTPUTF8: !this.smtpUtf8,
      // The server would derive them from the reply code. Tests that need one write it into the text.
      hideENHANCEDSTATUSCODES: true,
      onAuth: ({ username }, _session, answer) => {
        this.logins += 1;
        if (this.behaviour === 'reject-login') {
          answer(errorOf(REFUSED_LOGIN));
        } else {
          answer(null, { user: username });
        }
      },
      onMailFrom: (_address, _session, answer) => {
        answer(this.behaviour === 'reject-sender' ? errorOf(REFUSED_SENDER) : null);
      },
      onRcptTo: (_address, session, answer) => {
        if (this.behaviour === 'hang-recipient') {
          this.leaveHanging(session, answer);
          return;
        }
        answer(this.behaviour === 'reject-recipient' ? errorOf(REFUSED_RECIPIENT) : null);
      },
      onData: (stream, session, answer) => {
        // A killed sender leaves an incomplete message, which doesn't count.
        this.receive(stream, session, answer).catch(() => undefined);
      },
    });
    // Each connection dropped on purpose reports an error.
    server.on('error', () => undefined);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, '127.0.0.1', () => resolve());
    });
    this.server = server;
  }

  async stop(): Promise<void> {
    const server = this.server;
    this.server = undefined;
    this.hanging.forEach(({ cut }) => cut());
    this.hanging.clear();
    if (server) {
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
  }

  private async receive(
    stream: SMTPServerDataStream,
    session: SMTPServerSession,
    answer: (error?: Error | null) => void,
  ): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) {
      chunks.push(chunk as Buffer);
    }
    this.attempts++;
    const refusal = REFUSALS[this.behaviour];
    if (refusal) {
      answer(errorOf(refusal));
      return;
    }
    this.mails.push(parseMail(Buffer.concat(chunks), session.envelope));
    if (this.behaviour === 'accept') {
      answer();
    } else if (this.behaviour === 'drop') {
      this.disconnect(session);
    } else {
      this.leaveHanging(session, answer);
    }
  }

  private leaveHanging(session: SMTPServerSession, answer: () => void): void {
    this.hanging.add({ accept: () => answer(), cut: () => this.disconnect(session) });
  }

  private disconnect(session: SMTPServerSession): void {
    for (const connection of this.server?.connections ?? []) {
      if (connection.session.id === session.id) {
        connection._socket.destroy();
      }
    }
  }
}

/** A logger that only reports MAIL FROM and RCPT TO. */
function commandLogger(report: (line: string) => void) {
  const ignore = () => undefined;
  return {
    level: ignore,
    trace: ignore,
    info: ignore,
    warn: ignore,
    error: ignore,
    fatal: ignore,
    debug: (_context: unknown, prefix: unknown, line: unknown) => {
      if (prefix === 'C:' && /^(MAIL FROM|RCPT TO):/i.test(String(line))) {
        report(String(line));
      }
    },
  };
}

interface Reply {
  readonly code: number;
  readonly text: string;
}

function errorOf({ code, text }: Reply): Error {
  return Object.assign(new Error(text), { responseCode: code });
}

const REFUSED_LOGIN: Reply = { code: 535, text: '5.7.8 Wrong user name or password' };
const REFUSED_SENDER: Reply = { code: 550, text: '5.7.1 This sender is not allowed' };
const REFUSED_RECIPIENT: Reply = { code: 550, text: '5.1.1 No such mailbox' };
const REFUSALS: Partial<Record<SinkBehaviour, Reply>> = {
  reject: { code: 550, text: 'No such mailbox' },
  'reject-content': { code: 550, text: '5.7.1 Message rejected as spam' },
  defer: { code: 451, text: 'Try again later' },
};
