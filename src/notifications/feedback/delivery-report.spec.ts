import { describe, expect, it } from '@jest/globals';
import { abuseReport, bounceReport } from '../../../test/support/bounce-report.js';
import { readReport } from './delivery-report.js';

const to = 'ada@example.com';
const messageId = '<0199@id.example.com>';
const read = (text: string) => readReport(Buffer.from(text));

describe('a delivery status notification', () => {
  it.each(['message/rfc822', 'text/rfc822-headers'] as const)(
    'says which email to whom bounced, and why, with the original as %s',
    async (original) => {
      expect(await read(bounceReport({ to, messageId, original }))).toEqual([
        { feedback: 'bounced', email: to, status: '5.1.1', messageId },
      ]);
    },
  );

  it.each([
    ['5.0.0', 'smtp; 550 5.1.1 unknown user', '5.1.1'],
    ['5.0.0', 'smtp; 550 unknown user', '5.0.0'],
    ['5.2.2', 'smtp; 552 5.1.1 contradicts itself', '5.2.2'],
    ['5.7.26 (policy)', 'smtp; 550 no', '5.7.26'],
    ['none', 'x-unix; it failed', null],
  ])('with the status %j and the diagnostic %j means %j', async (status, diagnostic, expected) => {
    expect(await read(bounceReport({ to, messageId, status, diagnostic }))).toMatchObject([
      { status: expected },
    ]);
  });

  it('takes the address that the email was sent to, not the one that it was forwarded to', async () => {
    const text = bounceReport({ to, messageId }).replace(
      `Final-Recipient: rfc822; ${to}`,
      `Original-Recipient: rfc822;${to}\r\nFinal-Recipient: RFC822; <eve@elsewhere.example>`,
    );
    expect(await read(text)).toMatchObject([{ email: to }]);
  });

  it('can be about several recipients', async () => {
    const second =
      '\r\n\r\nFinal-Recipient: rfc822; eve@example.com\r\nAction: Delivered\r\nStatus: 2.0.0\r\n\r\n--report\r\nContent-Type: message/rfc822';
    const text = bounceReport({ to, messageId }).replace(
      '\r\n\r\n--report\r\nContent-Type: message/rfc822',
      second,
    );
    expect(await read(text)).toEqual([
      { feedback: 'bounced', email: to, status: '5.1.1', messageId },
      { feedback: 'delivered', email: 'eve@example.com', status: '2.0.0', messageId },
    ]);
  });

  it.each(['delayed', 'relayed', 'expanded', 'exploded'])(
    'says nothing final if it is %s',
    async (action) => {
      expect(await read(bounceReport({ to, messageId, action, status: '4.4.1' }))).toEqual([]);
    },
  );
});

describe('an abuse report', () => {
  it.each([{ rcpt: true }, { rcpt: false }])('names the recipient: %j', async (options) => {
    expect(await read(abuseReport(to, messageId, options))).toEqual([
      { feedback: 'complained', email: to, status: null, messageId },
    ]);
  });

  it.each(['not-spam', 'auth-failure', 'virus'])('of the type %j is no complaint', async (type) => {
    expect(await read(abuseReport(to, messageId, { type }))).toEqual([]);
  });
});

it('reads only so much that a report can keep nobody waiting', async () => {
  const others = Array.from(
    { length: 20_000 },
    (_, n) => `\r\n\r\nFinal-Recipient: rfc822; m${n}@example.com\r\nAction: failed\r\nStatus: 5.1.1`,
  ).join('');
  const end = '\r\n\r\n--report\r\nContent-Type: message/rfc822';
  const found = await read(bounceReport({ to, messageId }).replace(end, `${others}${end}`));
  expect(found[0]).toMatchObject({ email: to });
  expect(found.length).toBeLessThan(2_000);
});

function nested(depth: number): string {
  return Array.from({ length: depth }).reduce<string>(
    (inner, _, n) => `Content-Type: multipart/mixed; boundary=b${n}\r\n\r\n--b${n}\r\n${inner}\r\n--b${n}--`,
    'x: y\r\n\r\nx',
  );
}

it.each([
  ['an email whose parts are nested too deeply', nested(300)],
  ['nothing', ''],
  ['an ordinary email', `From: eve@example.com\r\nTo: no-reply@id.example.com\r\n\r\nStatus: 5.1.1\r\n`],
  ['a report without an end', bounceReport({ to, messageId }).slice(0, 350)],
  ['binary data', '\0\uffff\r\n\r\n\0'],
])('reads nothing out of %s', async (_, text) => {
  expect(await read(text)).toEqual([]);
});
