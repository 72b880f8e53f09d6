import { freePort } from '#tools/embedded';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { parseMail, type ReceivedMail } from './received-mail.js';

/**
 * What the sink does with a message:
 * `accept` it; `reject` it permanently (550); `defer` it (451, so the sender retries); `drop` the connection
 * after the whole message arrived but before the response, so the outcome is unknown; `hang` at that point.
 */
export type SinkBehaviour = 'accept' | 'reject' | 'defer' | 'drop' | 'hang';

export interface SmtpSink {
  readonly url: string;
  readonly port: number;
  /** Accepted mails, oldest first, and those whose connection was dropped or left hanging. */
  readonly mails: readonly ReceivedMail[];
  /** The number of messages, whatever their outcome. */
  readonly attempts: number;
  mailsTo(address: string): ReceivedMail[];
  behave(behaviour: SinkBehaviour): void;
  clear(): void;
  /** Accepts the messages that are left hanging. */
  release(): void;
  /** Refuses connections until `start`, which listens on the same port again. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** A real SMTP server that keeps the mails it receives. */
export async function startSmtpSink(): Promise<SmtpSink> {
  const sink = new Sink(await freePort());
  await sink.start();
  return sink;
}

class Sink implements SmtpSink {
  readonly url: string;
  mails: ReceivedMail[] = [];
  attempts = 0;
  private behaviour: SinkBehaviour = 'accept';
  private server: SMTPServer | undefined;
  private readonly hanging = new Set<{ readonly accept: () => void; readonly cut: () => void }>();

  constructor(readonly port: number) {
    this.url = `smtp://127.0.0.1:${port}`;
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
  }

  release(): void {
    this.hanging.forEach(({ accept }) => accept());
    this.hanging.clear();
  }

  async start(): Promise<void> {
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      // Nothing is rejected for its size: nodemailer's own limit is far lower.
      size: 10_000_000,
      closeTimeout: 100,
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
      answer(Object.assign(new Error(refusal.text), { responseCode: refusal.code }));
      return;
    }
    this.mails.push(parseMail(Buffer.concat(chunks), session.envelope));
    if (this.behaviour === 'accept') {
      answer();
    } else if (this.behaviour === 'drop') {
      this.disconnect(session);
    } else {
      this.hanging.add({ accept: () => answer(), cut: () => this.disconnect(session) });
    }
  }

  private disconnect(session: SMTPServerSession): void {
    for (const connection of this.server?.connections ?? []) {
      if (connection.session.id === session.id) {
        connection._socket.destroy();
      }
    }
  }
}

const REFUSALS: Partial<Record<SinkBehaviour, { code: number; text: string }>> = {
  reject: { code: 550, text: 'No such mailbox' },
  defer: { code: 451, text: 'Try again later' },
};
