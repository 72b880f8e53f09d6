import { describe, expect, it } from '@jest/globals';
import { SMTPServer } from 'smtp-server';
import { freePort } from '#tools/embedded';
import { hold, useFixture } from '../../../../test/support/fixture.js';
import { eventually } from '../../../../test/support/servers.js';
import { useSmtpSink } from '../../../../test/support/use-servers.js';
import { type Mail, Mailer } from './mailer.js';
import { transportForm } from './recipient-address.js';

const never = { signal: new AbortController().signal, isHeld: () => true };
const modern = useSmtpSink();
const old = useSmtpSink({ smtpUtf8: false });
const toModern = useFixture(() => hold(mailerTo(modern.url), (made) => made.close()));
const toOld = useFixture(() => hold(mailerTo(old.url), (made) => made.close()));

describe('an address with a non-ASCII local part', () => {
  it('is refused with a reason of its own, and never sent, if the server does not offer SMTPUTF8', async () => {
    expect(await toOld.send(mailTo('jürgen@example.com'), never)).toEqual({
      kind: 'refused',
      reason: 'the address needs SMTPUTF8, which the mail server does not offer',
    });
    expect(old.commands).toEqual([]);
    expect(await toOld.send(mailTo('ada@example.com'), never)).toEqual({ kind: 'sent' });
  });

  it('is sent with SMTPUTF8 if the server offers it', async () => {
    expect(await toModern.send(mailTo('jürgen@exämple.com'), never)).toEqual({ kind: 'sent' });
    expect(modern.mails).toHaveLength(1);
    expect(modern.commands).toEqual([
      expect.stringMatching(/^MAIL FROM:<no-reply@app\.example\.com> SMTPUTF8\b/),
      'RCPT TO:<jürgen@exämple.com>',
    ]);
  });

  it.each([
    ['reject', 'refused'],
    ['defer', 'deferred'],
    ['drop', 'unknown'],
    ['reject-sender', 'unreachable'],
    ['reject-recipient', 'refused'],
  ] as const)('has the same outcome as others when the server does %s', async (behaviour, kind) => {
    modern.behave(behaviour);
    expect(await toModern.send(mailTo('jürgen@example.com'), never)).toMatchObject({ kind });
  });

  it('is sent after logging in, if the server requires it', async () => {
    const received: string[] = [];
    const port = await freePort();
    const server = new SMTPServer({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _session, answer) =>
        answer(password === 'sesame' ? null : new Error('no'), { user: username }),
      onData: (stream, session, answer) => {
        received.push(`${String(session.user)}: ${session.envelope.rcptTo[0]?.address ?? ''}`);
        stream.resume().on('end', () => answer());
      },
    });
    server.on('error', () => undefined);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()));
    for (const [password, kind] of [
      ['sesame', 'sent'],
      ['wrong', 'unreachable'],
    ] as const) {
      const mailer = mailerTo(`smtp://gatehouse:${password}@127.0.0.1:${port}`);
      expect(await mailer.send(mailTo('jürgen@example.com'), never)).toMatchObject({ kind });
      mailer.close();
    }
    await new Promise<void>((resolve) => server.close(() => resolve()));
    expect(received).toEqual(['gatehouse: jürgen@example.com']);
  });

  it('is given up when its signal fires', async () => {
    modern.behave('hang');
    const abort = new AbortController();
    const sending = toModern.send(mailTo('jürgen@example.com'), { ...never, signal: abort.signal });
    await eventually(() => expect(modern.attempts).toBe(1));
    abort.abort();
    expect(await sending).toEqual({ kind: 'unknown', reason: 'EABORT' });
  });

  it('is kept back when its claim has lapsed', async () => {
    const outcome = await toModern.send(mailTo('jürgen@example.com'), { ...never, isHeld: () => false });
    expect(outcome).toEqual({ kind: 'unknown', reason: 'EABORT' });
    expect(modern.commands).toHaveLength(2);
    expect(modern.mails).toEqual([]);
  });

  it('is not sent at all if its signal has fired before', async () => {
    const aborted = { ...never, signal: AbortSignal.abort() };
    expect(await toModern.send(mailTo('jürgen@example.com'), aborted)).toEqual({
      kind: 'unknown',
      reason: 'EABORT',
    });
    expect(modern.commands).toEqual([]);
  });

  it('is given up when its process shuts down', async () => {
    const other = mailerTo(modern.url);
    modern.behave('hang');
    const sending = other.send(mailTo('jürgen@example.com'), never);
    await eventually(() => expect(modern.attempts).toBe(1));
    other.close();
    expect(await sending).toMatchObject({ kind: 'unknown' });
  });

  it('is sent without a login to a server that offers none', async () => {
    const server = new SMTPServer({
      disabledCommands: ['STARTTLS', 'AUTH'],
      onData: (stream, _session, answer) => void stream.resume().on('end', () => answer()),
    });
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()));
    const mailer = mailerTo(`smtp://gatehouse:sesame@127.0.0.1:${port}`);
    expect(await mailer.send(mailTo('jürgen@example.com'), never)).toEqual({ kind: 'sent' });
    // It has a connection of its own, which nothing would use again.
    await eventually(() => expect(server.connections.size).toBe(0));
    mailer.close();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });

  it('is "unreachable" when nothing listens on the port', async () => {
    const other = mailerTo('smtp://127.0.0.1:9');
    expect(await other.send(mailTo('jürgen@example.com'), never)).toMatchObject({ kind: 'unreachable' });
    other.close();
  });
});

describe('an address with a non-ASCII domain', () => {
  it('ends with what is after its last @', () => {
    expect(transportForm('"ada@home"@bücher.example')).toEqual({
      address: '"ada@home"@xn--bcher-kva.example',
      needsSmtpUtf8: false,
    });
  });

  it('is sent with its A-label to any server', async () => {
    for (const [sink, mailer] of [
      [old, toOld],
      [modern, toModern],
    ] as const) {
      expect(await mailer.send(mailTo('ada@bücher.example'), never)).toEqual({ kind: 'sent' });
      expect(sink.commands).toEqual([
        expect.not.stringContaining('SMTPUTF8'),
        'RCPT TO:<ada@xn--bcher-kva.example>',
      ]);
      expect(sink.mails[0]?.header('To')).toBe('Ada <ada@xn--bcher-kva.example>');
    }
  });

  it('is refused if it has no A-label', async () => {
    const outcome = await toModern.send(mailTo('ada@ex\u{fffd}mple.com'), never);
    expect(outcome).toEqual({ kind: 'refused', reason: 'the domain of the address is invalid' });
    expect(modern.commands).toEqual([]);
  });
});

function mailTo(address: string): Mail {
  return {
    to: { address, name: 'Ada' },
    messageId: '<0199@app.example.com>',
    subject: 'Hello',
    html: '<p>Hello</p>',
    text: 'Hello',
  };
}

function mailerTo(smtpUrl: string): Mailer {
  return new Mailer({
    name: 'smtp',
    url: smtpUrl,
    sender: { address: 'no-reply@app.example.com', name: '' },
  });
}
