import type { SendMailOptions } from 'nodemailer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import SMTPTransport from 'nodemailer/lib/smtp-transport';

type Message = Parameters<SMTPTransport['send']>[0];
type Callback = Parameters<SMTPTransport['send']>[1];
type Sent = NonNullable<Parameters<Callback>[1]>;

/** The server doesn't offer SMTPUTF8, so the address can't be written in any command (RFC 6531, section 3.2). */
export class SmtpUtf8NotOffered extends Error {}

/** A SASL mechanism that doesn't exist. Its handler is only called to read what the server offers. */
const NO_MECHANISM = 'X-GATEHOUSE-EXTENSIONS';

/**
 * Sends mails to addresses with a non-ASCII local part. Without SMTPUTF8, nodemailer would send the address as raw
 * UTF-8 and some servers would deliver it to someone else. Its pool doesn't show what a server offers, so each of these
 * rare mails has a connection of its own.
 */
export class SmtpUtf8Transport extends SMTPTransport {
  private readonly open = new Set<SMTPConnection>();

  /** Fails with `SmtpUtf8NotOffered` before the address is sent. */
  override send(mail: Message, callback: Callback): void {
    let offered: readonly string[] = [];
    const connection = new SMTPConnection({
      ...this.options,
      customAuth: {
        [NO_MECHANISM]: (context) => {
          offered = context.extensions;
          context.resolve();
        },
      },
    });
    const deliver = async (): Promise<Sent> => {
      await step<void>((done) => connection.connect(done));
      await step<unknown>((done) => connection.login({ method: NO_MECHANISM }, done));
      if (!offered.includes('SMTPUTF8')) {
        throw new SmtpUtf8NotOffered();
      }
      const auth = this.getAuth({});
      if (auth && connection.allowsAuth) {
        await step<unknown>((done) => connection.login(auth, done));
      }
      const { message } = mail;
      const envelope = message.getEnvelope();
      const info = await step<Sent>((done) =>
        connection.send(envelope, message.createReadStream(), done as never),
      );
      return { ...info, envelope, messageId: message.messageId() };
    };
    this.open.add(connection);
    Promise.race([deliver(), failureOf(connection, mail.data.signal)])
      .finally(() => {
        this.open.delete(connection);
        connection.close();
      })
      .then(
        (info) => callback(null, info),
        (error: Error) => callback(error),
      );
  }

  override close(): void {
    this.open.forEach((connection) => connection.close());
  }
}

/** Rejects when the connection fails or the signal aborts, whatever step is being taken. */
function failureOf(connection: SMTPConnection, signal: SendMailOptions['signal']): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => reject(Object.assign(new Error('aborted'), { code: 'EABORT' }));
    connection.once('error', reject);
    connection.once('end', () => {
      signal?.removeEventListener('abort', abort);
      reject(Object.assign(new Error('connection closed'), { code: 'ECONNECTION' }));
    });
    if (signal?.aborted) {
      abort();
    }
    signal?.addEventListener('abort', abort, { once: true });
  });
}

function step<T>(run: (done: (error?: Error | null, result?: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    run((error, result) => (error ? reject(error) : resolve(result as T)));
  });
}
