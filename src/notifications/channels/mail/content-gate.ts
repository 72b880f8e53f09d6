import type { Readable } from 'node:stream';
import type { SendMailOptions } from 'nodemailer';

/** The part of nodemailer's compiled mail that we use. */
interface CompiledMail {
  readonly data: SendMailOptions & { readonly mayLeave?: () => boolean };
  readonly message: { createReadStream: (...options: never[]) => Readable };
}

/**
 * A nodemailer plugin (step `stream`) that asks `mayLeave` when the server is ready for the content. nodemailer connects
 * the content to the socket at exactly that moment, after the reply to DATA, and the mail only counts as accepted after
 * its end (RFC 5321, section 4.1.1.4). If the answer is no, `mayLeave` has to end the connection.
 */
export function gateContent({ data, message }: CompiledMail, done: (error?: Error | null) => void): void {
  const create = message.createReadStream.bind(message);
  message.createReadStream = (...options) => {
    const content = create(...options);
    const pipe = content.pipe.bind(content);
    content.pipe = <T extends NodeJS.WritableStream>(target: T, settings?: { end?: boolean }): T =>
      data.mayLeave?.() === false ? target : pipe(target, settings);
    return content;
  };
  done();
}
