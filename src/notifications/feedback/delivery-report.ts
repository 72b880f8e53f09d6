import PostalMime, { type Email } from 'postal-mime';
import type { Feedback } from '../deliveries/index.js';

/** What a report says about an email to one recipient. */
export interface ReportedFeedback {
  readonly feedback: Feedback;
  /** The address that the email was sent to. */
  readonly email: string;
  /** The enhanced status code (RFC 3463), if there's one. */
  readonly status: string | null;
  /** The Message-ID of the email, if the report has a copy of it or of its headers. */
  readonly messageId: string | null;
}

const DELIVERY_STATUS = ['message/delivery-status', 'message/global-delivery-status'];
const FEEDBACK_REPORT = ['message/feedback-report'];
/** A copy of the email, or of its headers. */
const ORIGINAL = ['message/rfc822', 'message/global', 'text/rfc822-headers', 'message/global-headers'];
/** Of what a report says about recipients, in characters. A bounce names a handful of them. */
const MAX_LENGTH = 65_536;
const BY_ACTION: Readonly<Record<string, Feedback>> = { failed: 'bounced', delivered: 'delivered' };

type Fields = ReadonlyMap<string, string>;

/**
 * Reads a report that a mail server (RFC 3464) or mail provider (RFC 5965) has sent by email.
 * @returns nothing if that's no such report, or if it says nothing final, such as that an email is delayed
 */
export async function readReport(raw: Uint8Array): Promise<ReportedFeedback[]> {
  const report = await parse(raw);
  if (!report) {
    return [];
  }
  const [original] = fieldsOf(partOf(report, ORIGINAL));
  const messageId = original?.get('message-id') ?? null;
  const [complaint] = fieldsOf(partOf(report, FEEDBACK_REPORT));
  if (complaint) {
    const email = addressIn(complaint.get('original-rcpt-to')) ?? addressIn(original?.get('to'));
    return complaint.get('feedback-type')?.toLowerCase() === 'abuse' && email !== null
      ? [{ feedback: 'complained', email, status: null, messageId }]
      : [];
  }
  // The first group is about the email, the others about its recipients.
  const [, ...recipients] = fieldsOf(partOf(report, DELIVERY_STATUS));
  return recipients.flatMap((fields) => {
    const feedback = BY_ACTION[fields.get('action')?.toLowerCase() ?? ''];
    const email = addressIn(fields.get('original-recipient') ?? fields.get('final-recipient'));
    return feedback && email !== null ? [{ feedback, email, status: statusIn(fields), messageId }] : [];
  });
}

/** @returns null if it's not readable, such as because its parts are nested too deeply */
async function parse(raw: Uint8Array): Promise<Email | null> {
  try {
    // Otherwise, the copy would be read as if it were a part of the report.
    return await PostalMime.parse(raw, { forceRfc822Attachments: true });
  } catch {
    return null;
  }
}

/** Groups of fields like those of a header, separated by empty lines (RFC 3464, section 2.1). */
function fieldsOf(text: string): Fields[] {
  return text
    .replaceAll('\r\n', '\n')
    .split(/\n(?:[ \t]*\n)+/)
    .filter((group) => group.trim() !== '')
    .map(
      (group) =>
        new Map(
          group
            .trim()
            .replace(/\n[ \t]+/g, ' ')
            .split('\n')
            .flatMap(fieldIn),
        ),
    );
}

function fieldIn(line: string): [string, string][] {
  const colon = line.indexOf(':');
  return colon < 1 ? [] : [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]];
}

/** Without the type of the address, as in `rfc822; ada@example.com` (RFC 3464, section 2.3.1), and without a name. */
function addressIn(field: string | undefined): string | null {
  return /([^\s<>;]+@[^\s<>;]+)>?$/.exec(field ?? '')?.[1] ?? null;
}

/** What the mail server said itself, if the field for it only says that the email failed. */
function statusIn(fields: Fields): string | null {
  const [status, diagnostic] = ['status', 'diagnostic-code'].map(
    (name) => /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(fields.get(name) ?? '')?.[0],
  );
  const isVague = status === undefined || /^[245]\.0\.0$/.test(status);
  return (isVague ? diagnostic : undefined) ?? status ?? null;
}

/** The first part of one of these types, or an empty string. */
function partOf({ attachments }: Email, mimeTypes: readonly string[]): string {
  const found = attachments.find(({ mimeType }) => mimeTypes.includes(mimeType.toLowerCase()));
  return found ? textOf(found.content).slice(0, MAX_LENGTH) : '';
}

function textOf(content: string | ArrayBuffer | Uint8Array): string {
  return typeof content === 'string' ? content : new TextDecoder().decode(content);
}
