import { describe, expect, it } from '@jest/globals';
import { createTransport, type SendMailOptions } from 'nodemailer';
import { useSmtpSink } from './use-servers.js';

const sink = useSmtpSink();

async function send(mail: SendMailOptions = {}, socketTimeout = 5_000): Promise<void> {
  const transport = createTransport({ url: sink.url, socketTimeout });
  try {
    await transport.sendMail({ from: 'a@example.com', to: 'b@example.com', text: 'Hello', ...mail });
  } finally {
    transport.close();
  }
}

describe('the SMTP sink', () => {
  it('keeps accepted mails, raw and decoded', async () => {
    const text = `Bitte bestätigen: https://example.com/verify-email?token=${'a'.repeat(90)}&x=1`;
    await send({
      subject: 'Grüße – bitte bestätigen Sie Ihre Adresse bei Gatehouse',
      text,
      html: `<p>${text}</p>`,
      messageId: '<1@example.com>',
    });
    const [mail] = sink.mailsTo('b@example.com');
    expect(mail).toMatchObject({
      envelope: { from: 'a@example.com', to: ['b@example.com'] },
      subject: 'Grüße – bitte bestätigen Sie Ihre Adresse bei Gatehouse',
      messageId: '<1@example.com>',
    });
    expect(mail?.text.trim()).toBe(text);
    expect(mail?.html.trim()).toBe(`<p>${text}</p>`);
    expect(mail?.raw).toContain('multipart/alternative');
    expect(sink.mailsTo('c@example.com')).toEqual([]);
  });

  it('rejects permanently or temporarily', async () => {
    sink.behave('reject');
    await expect(send()).rejects.toMatchObject({ responseCode: 550 });
    sink.behave('defer');
    await expect(send()).rejects.toMatchObject({ responseCode: 451 });
    expect([sink.attempts, sink.mails.length]).toEqual([2, 0]);
  });

  it('drops the connection after the whole message has arrived', async () => {
    sink.behave('drop');
    await expect(send()).rejects.toThrow();
    expect(sink.mails).toHaveLength(1);
  });

  it('leaves the sender waiting', async () => {
    sink.behave('hang');
    await expect(send({}, 200)).rejects.toThrow();
    expect(sink.mails).toHaveLength(1);
  });

  it('stops and starts again on the same port', async () => {
    const { url } = sink;
    await sink.stop();
    await expect(send()).rejects.toMatchObject({ code: 'ESOCKET' });
    await sink.start();
    expect(sink.url).toBe(url);
    await send();
    expect(sink.mails).toHaveLength(1);
  });
});
