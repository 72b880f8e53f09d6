import { describe, expect, it } from '@jest/globals';
import type { EventEmitter } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { collectLog } from '../../../../test/support/collected-log.js';
import { hold, useFixture } from '../../../../test/support/fixture.js';
import { eventually } from '../../../../test/support/servers.js';
import { type Mail, Mailer, transportSecurity } from './mailer.js';
import { useSmtpSink } from '../../../../test/support/use-servers.js';

const mail: Mail = {
  to: { address: 'ada@example.com', name: 'Ada Lovelace' },
  messageId: '<0199@app.example.com>',
  subject: 'Bestätigen',
  html: '<p>Grüße</p>',
  text: 'Grüße',
};
const never = { signal: new AbortController().signal, isHeld: () => true };

const sink = useSmtpSink();
const mailer = useFixture(() => hold(mailerTo(sink.url), (made) => made.close()));

describe('Mailer', () => {
  it('sends text and HTML with the headers of an automated mail', async () => {
    expect(await mailer.send(mail, never)).toEqual({ kind: 'sent' });
    const [received] = sink.mails;
    expect(received).toMatchObject({
      envelope: { from: 'no-reply@app.example.com', to: ['ada@example.com'] },
      messageId: mail.messageId,
      subject: mail.subject,
      text: expect.stringContaining('Grüße'),
      html: expect.stringContaining('<p>Grüße</p>'),
    });
    expect(received?.header('From')).toBe('Gatehouse <no-reply@app.example.com>');
    expect(received?.header('To')).toBe('Ada Lovelace <ada@example.com>');
    expect(received?.header('Auto-Submitted')).toBe('auto-generated');
    expect(Math.abs(Date.parse(received?.header('Date') ?? '') - Date.now())).toBeLessThan(60_000);
  });

  it.each([
    'Ada\r\nBcc: eve@example.com',
    'Ada\nX-Evil: 1\n\nbody',
    'Ada" <eve@example.com>, "x',
    'Ada\u2028Bcc: eve',
    '=?utf-8?q?x=0D=0ABcc:_eve?=',
  ])('adds no header and no recipient for the name %j', async (name) => {
    await mailer.send({ ...mail, to: { ...mail.to, name } }, never);
    const [received] = sink.mails;
    const head = received?.raw.slice(0, received.raw.indexOf('\r\n\r\n')) ?? '';
    const names = [...head.matchAll(/^([A-Za-z-]+):/gm)].map(([, header]) => header?.toLowerCase());
    const expected = [
      'auto-submitted',
      'content-type',
      'date',
      'from',
      'message-id',
      'mime-version',
      'subject',
      'to',
    ];
    expect(new Set(names)).toEqual(new Set(expected));
    expect(names).toHaveLength(expected.length);
    expect(received?.envelope.to).toEqual(['ada@example.com']);
    expect(head).not.toContain('eve@example.com');
  });

  it.each([
    ['reject', 'refused'],
    ['defer', 'deferred'],
    ['drop', 'unknown'],
  ] as const)('returns the outcome when the server does %s', async (behaviour, kind) => {
    sink.behave(behaviour);
    expect(await mailer.send(mail, never)).toMatchObject({ kind });
    expect(sink.attempts).toBe(1);
  });

  it('blames us, not the recipient, when the server refuses the sender', async () => {
    sink.behave('reject-sender');
    expect(await mailer.send(mail, never)).toEqual({
      kind: 'unreachable',
      reason: '550 5.7.1 MAIL FROM EENVELOPE',
    });
    sink.behave('reject-recipient');
    expect(await mailer.send(mail, never)).toEqual({
      kind: 'refused',
      reason: '550 5.1.1 RCPT TO EENVELOPE',
      hardBounce: '5.1.1',
    });
  });

  it.each([
    ['Acme: Accounts', '"Acme: Accounts" <no-reply@app.example.com>'],
    ['Acme, Inc.', '"Acme, Inc." <no-reply@app.example.com>'],
    ['The "A" Team', String.raw`"The \"A\" Team" <no-reply@app.example.com>`],
    ['', 'no-reply@app.example.com'],
  ])('quotes the name %j of the sender', async (fromName, header) => {
    const other = mailerTo(sink.url, fromName);
    expect(await other.send(mail, never)).toEqual({ kind: 'sent' });
    other.close();
    expect(sink.mails[0]?.header('From')).toBe(header);
    expect(sink.mails[0]?.envelope.from).toBe('no-reply@app.example.com');
  });

  it('returns "unreachable" when nothing listens on the port', async () => {
    const other = mailerTo('smtp://127.0.0.1:9');
    expect(await other.send(mail, never)).toMatchObject({ kind: 'unreachable' });
    other.close();
  });

  it('gives up when its signal fires, and closes the connection', async () => {
    sink.behave('hang');
    const abort = new AbortController();
    const sending = mailer.send(mail, { ...never, signal: abort.signal });
    await eventually(() => {
      expect(sink.attempts).toBe(1);
    });
    abort.abort();
    expect(await sending).toEqual({ kind: 'unknown', reason: 'EABORT' });
  });

  it('keeps the content back when its claim has lapsed, and closes the connection', async () => {
    const asked: number[] = [];
    const isHeld = (): boolean => {
      asked.push(sink.attempts);
      return false;
    };
    expect(await mailer.send(mail, { ...never, isHeld })).toEqual({ kind: 'unknown', reason: 'EABORT' });
    // Once, when the server was ready for the content.
    expect(asked).toHaveLength(1);
    expect(sink.mails).toEqual([]);
    expect(await mailer.send(mail, never)).toEqual({ kind: 'sent' });
    expect(sink.mails).toHaveLength(1);
  });

  it('ends what is being sent when its process shuts down', async () => {
    const other = mailerTo(sink.url);
    sink.behave('hang');
    const sending = other.send(mail, never);
    await eventually(() => expect(sink.attempts).toBe(1));
    other.close();
    expect(await sending).toMatchObject({ kind: 'unknown' });
  });

  it('uses up to ten connections, and keeps them for the next mails', async () => {
    const opened: Socket[] = [];
    const proxy = await listen(
      createServer((socket) => {
        opened.push(socket);
        const server = connect(sink.port, '127.0.0.1');
        server.on('error', () => socket.destroy());
        socket.on('error', () => server.destroy());
        socket.pipe(server).pipe(socket);
      }),
    );
    const other = mailerTo(`smtp://127.0.0.1:${String(portOf(proxy))}`);
    sink.behave('hang');
    const sending = Array.from({ length: 12 }, () => other.send(mail, never));
    await eventually(() => expect(sink.attempts).toBe(10));
    sink.behave('accept');
    sink.release();
    expect(await Promise.all(sending)).toEqual(Array(12).fill({ kind: 'sent' }));
    expect(await other.send(mail, never)).toEqual({ kind: 'sent' });
    expect(opened).toHaveLength(10);
    other.close();
    proxy.close();
  });

  it('survives that the server closes a connection that nothing uses', async () => {
    expect(await mailer.send(mail, never)).toEqual({ kind: 'sent' });
    await sink.stop();
    await sink.start();
    expect(await mailer.send(mail, never)).toEqual({ kind: 'sent' });
  });

  it('reports an error of the pool that belongs to no mail, which would otherwise end the process', () => {
    const lines = collectLog();
    const transport = Reflect.get(mailer, 'transport') as EventEmitter;
    transport.emit('error', Object.assign(new Error('to ada@example.com'), { code: 'ECONNRESET' }));
    expect(lines).toMatchObject([{ level: 'warn', text: 'SMTP connection lost: ECONNRESET' }]);
  });

  it('gives up on a server that accepts connections and never responds', async () => {
    const sockets: Socket[] = [];
    const silent = await listen(createServer((socket) => sockets.push(socket)));
    const other = mailerTo(`smtp://127.0.0.1:${String(portOf(silent))}`);
    const abort = new AbortController();
    const sending = other.send(mail, { ...never, signal: abort.signal });
    await eventually(() => {
      expect(sockets).toHaveLength(1);
    });
    abort.abort();
    expect(await sending).toMatchObject({ kind: 'unknown' });
    other.close();
    sockets.forEach((socket) => socket.destroy());
    silent.close();
  });
});

describe('transportSecurity', () => {
  it.each([
    ['smtps://u:p@mail.example.com:465', {}],
    ['smtp://u:p@mail.example.com:587', { requireTLS: true }],
    ['smtp://relay.internal:25', { requireTLS: false }],
    ['smtp://u:p@localhost:1025', { ignoreTLS: true }],
    ['smtp://[::1]:1025', { ignoreTLS: true }],
    ['smtp://u:p@127.8.0.1:1025', { ignoreTLS: true }],
    ['smtp://u:p@127.0.0.1.mail.example.com:587', { requireTLS: true }],
    ['smtp://u:p@localhost.example.com:587', { requireTLS: true }],
    ['smtp://u:p@mail.localhost:587', { requireTLS: true }],
    ['smtp://u:p@10.127.0.0.1:587', { requireTLS: true }],
    ['smtp://u:p@[::127.0.0.1]:587', { requireTLS: true }],
  ])('is chosen by the URL %s', (url, expected) => {
    expect(transportSecurity(url)).toEqual(expected);
  });
});

function mailerTo(smtpUrl: string, fromName = 'Gatehouse'): Mailer {
  return new Mailer({
    name: 'smtp',
    url: smtpUrl,
    sender: { address: 'no-reply@app.example.com', name: fromName },
  });
}

function listen(server: Server): Promise<Server> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

function portOf(server: Server): number {
  return (server.address() as { port: number }).port;
}
