/** What a report by email says. */
export interface Bounce {
  readonly to: string;
  readonly messageId: string;
  /** The value of the field `Action` (RFC 3464, section 2.3.3). */
  readonly action?: string;
  readonly status?: string;
  readonly diagnostic?: string;
  /** The type of the part with the original: the whole email, or its headers. */
  readonly original?: 'message/rfc822' | 'text/rfc822-headers';
}

/** A delivery status notification, as a mail server sends it (RFC 3464, RFC 6522). */
export function bounceReport({
  to,
  messageId,
  action = 'failed',
  status = '5.1.1',
  diagnostic = `smtp; 550 ${status} <${to}>: Recipient address rejected`,
  original = 'message/rfc822',
}: Bounce): string {
  return report('delivery-status', original, messageId, to, [
    'Reporting-MTA: dns; mx.example.com',
    'Arrival-Date: Sat, 28 Nov 2026 10:00:00 +0000',
    '',
    `Final-Recipient: rfc822; ${to}`,
    `Action: ${action}`,
    `Status: ${status}`,
    'Remote-MTA: dns; mail.example.com',
    `Diagnostic-Code: ${diagnostic.replace('; ', ';\r\n    ')}`,
  ]);
}

/** A report of abuse, as a mail provider sends it (RFC 5965). @param rcpt whether it names the recipient */
export function abuseReport(to: string, messageId: string, { rcpt = true, type = 'abuse' } = {}): string {
  return report('feedback-report', 'message/rfc822', messageId, to, [
    `Feedback-Type: ${type}`,
    'User-Agent: ExampleFeedback/1.0',
    'Version: 1',
    ...(rcpt ? [`Original-Rcpt-To: <${to}>`] : []),
  ]);
}

function report(
  type: string,
  original: string,
  messageId: string,
  to: string,
  fields: readonly string[],
): string {
  const isWhole = original === 'message/rfc822';
  return [
    'From: Mail Delivery System <mailer-daemon@mx.example.com>',
    'To: no-reply@id.example.com',
    'Subject: Undelivered Mail Returned to Sender',
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=${type}; boundary="report"`,
    '',
    '--report',
    'Content-Type: text/plain; charset=us-ascii',
    '',
    'This is the mail system. I could not deliver your message to nobody@elsewhere.example.',
    '',
    '--report',
    `Content-Type: message/${type}`,
    '',
    ...fields,
    '',
    '--report',
    `Content-Type: ${original}`,
    '',
    'From: Acme <no-reply@id.example.com>',
    `To: Ada <${to}>`,
    'Subject: Your order',
    `Message-ID: ${messageId}`,
    ...(isWhole ? ['Content-Type: text/plain', '', 'Hello', 'Message-ID: <other@example.com>'] : []),
    '',
    '--report--',
    '',
  ].join('\r\n');
}
